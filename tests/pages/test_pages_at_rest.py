"""What can be read off the files: complete words, twin palettes, untouched vendors, no script inline."""

import hashlib
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.pages.assets import Assets
from app.pages.console import look as console
from app.pages.player import look
from tests.architecture.house import ROOT

PAGES = ROOT / "backend" / "app" / "pages"
LOCKS = (PAGES / "static" / "vendor" / "VENDOR.lock", ROOT / "tests" / "pages" / "vendor" / "VENDOR.lock")
TEMPLATES = sorted(PAGES.rglob("templates/**/*.html"))
HANGUL = re.compile("[가-힣]")
PLACE = re.compile(r"%\(\w+\)s|#")


def said() -> set[str]:
    """Every text that templates and code hand to the catalogue."""
    found = extract_from_dir(
        PAGES,
        method_map=[("**/templates/**.html", "jinja2"), ("**.py", "python")],
        options_map={"**/templates/**.html": {"silent": "false"}},
        keywords={"_": None, "ngettext": (1, 2)},
    )
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def test_the_english_words_are_complete_and_none_is_left_over() -> None:
    files = sorted((PAGES / "locale" / "en" / "LC_MESSAGES").glob("*.po"))
    words = [message for file in files for message in read_po(file.open("rb"), locale="en") if message.id]
    english = {
        (m.id if isinstance(m.id, str) else m.id[0]): (m.string if isinstance(m.string, str) else " ".join(m.string))
        for m in words
    }
    assert len(english) == len(words), "a word stands in two catalogues"
    assert english.keys() == said()
    assert [korean for korean, text in english.items() if not text or HANGUL.search(text)] == []
    assert [k for k, text in english.items() if set(PLACE.findall(k)) != set(PLACE.findall(text))] == []


def test_no_korean_word_stands_in_a_template_past_the_catalogue() -> None:
    for file in TEMPLATES:
        text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", file.read_text(), flags=re.DOTALL)
        assert set(HANGUL.findall(text.replace("한국어", ""))) == set(), file.name


def test_the_night_by_choice_is_the_night_by_system() -> None:
    text = (PAGES / "static" / "design" / "tokens.css").read_text()
    chosen, by_system = re.findall(r'(?:theme="dark"\]|theme="light"\]\)) \{(.*?)\}', text, re.DOTALL)
    assert chosen.split() == by_system.split()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.parent.name)
def test_what_is_vendored_is_what_was_pinned(lock: Path) -> None:
    lines = [line.split() for line in lock.read_text().splitlines() if not line.startswith("#")]
    assert lines
    for _, _, name, digest in lines:
        assert hashlib.sha256((lock.parent / name).read_bytes()).hexdigest() == digest
    pinned = {lock.parent / name for _, _, name, _ in lines}
    assert {file for file in lock.parent.rglob("*") if file.suffix in (".js", ".css")} == pinned


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(PAGES)))
def test_templates_hold_no_script_style_or_handler(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|\s*safe|<script(?![^>]*\ssrc=)", text)


def test_scripts_that_import_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{one}.js").write_text(f'import "./{other}.js";')
    with pytest.raises(ValueError, match=r"a\.js → b\.js → a\.js"):
        Assets(bundles={}, scripts=sorted(tmp_path.glob("*.js")), files=[])


def test_the_console_has_its_own_sheet_and_scripts() -> None:
    desk = console.ASSETS.get(console.ASSETS.url("desk.js").removeprefix("/console/assets/")).content.decode()
    assert console.ASSETS.url("live.js").removeprefix("/console/assets/") in desk


def test_served_names_follow_imports_and_pictures() -> None:
    home = look.ASSETS.get(look.ASSETS.url("home.js").removeprefix("/assets/")).content.decode()
    assert look.ASSETS.url("live.js").removeprefix("/assets/") in home
    sheet = look.ASSETS.get(look.ASSETS.url("player.css").removeprefix("/assets/")).content.decode()
    assert look.ASSETS.url("snow.svg") in sheet
    assert "/*" not in sheet
