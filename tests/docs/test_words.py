"""One word for one thing: the table of docs/concepts(.ko).md holds on pages, in errors, documents and commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from app.core.errors import ERRORS
from tests.architecture.house import ROOT, inside
from tests.docs.reading import DOCS, pages

APP = ROOT / "backend" / "app"
SECTION = {"ko": "## 한 가지에 한 용어", "en": "## One word for one thing"}
CONCEPTS = {"ko": DOCS / "concepts.ko.md", "en": DOCS / "concepts.md"}
# records of what was decided and built, in the words of their day
RECORDS = ("docs/adr", "docs/api", "CHANGELOG.md", "docs/proof.md")
ADDRESS = re.compile(r"/api/[\w/{}.$-]+")  # names of the contract are fixed
PARTICLE = r"(?:은|는|이|가|을|를|에서는|에서|에는|에|로|으로|의|와|과|도|까지|입니다|이며|이고)"


def table(language: str) -> list[str]:
    """The words that must not be used any more."""
    text = CONCEPTS[language].read_text(encoding="utf-8").split(SECTION[language])[1]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", text, re.M)[1:]
    return [word.strip() for _, words in rows for word in words.split(", ")]


def said(language: str) -> Iterator[tuple[str, str]]:
    """Everything that people read in a language: where it stands, and the words."""
    for page in pages():
        if inside(page).startswith(RECORDS) or (language == "ko") != page.name.endswith(".ko.md"):
            continue
        text = page.read_text(encoding="utf-8").split(SECTION[language])[0]
        yield inside(page), ADDRESS.sub("", text)
    for code, meaning in ERRORS.items():
        yield f"error {code}", meaning.ko if language == "ko" else meaning.en
    for catalogue in (APP / "pages" / "locale" / "en" / "LC_MESSAGES").glob("*.po"):
        with catalogue.open("rb") as file:
            for message in read_po(file):
                yield f"{catalogue.name}: {message.id}", str(message.id if language == "ko" else message.string)
    if language == "en":
        for name, text in contract():
            yield f"openapi: {name}", text
    sources = (APP / "pages").rglob("*.html") if language == "ko" else (APP / "cli").glob("*.py")
    for path in sources:
        yield inside(path), path.read_text(encoding="utf-8")


def contract() -> Iterator[tuple[str, str]]:
    """What the contract says in words, with the name that it stands under."""
    todo: list[tuple[str, Any]] = [("", json.loads((DOCS / "api" / "openapi.json").read_text(encoding="utf-8")))]
    while todo:
        name, part = todo.pop()
        if isinstance(part, dict):
            yield from ((name, part[key]) for key in ("description", "summary") if isinstance(part.get(key), str))
            todo += part.items()
        elif isinstance(part, list):
            todo += [(name, one) for one in part]


def left_over(words: list[str], texts: Iterator[tuple[str, str]]) -> list[str]:
    # "for ever" is not in "for every", and "mend" is not in "recommend"
    shapes = {word: re.compile(r"(?<![a-z_])" + re.escape(word) + r"(?![a-z])") for word in words}
    return sorted({f"{where}: {word}" for where, text in texts for word, shape in shapes.items() if shape.search(text)})


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_errors_documents_and_commands_use_the_words_of_the_table(language: str) -> None:
    words = table(language)
    assert len(words) >= 8
    assert left_over(words, said(language)) == []


def test_both_walks_see_pages_errors_and_documents() -> None:
    for language in ("ko", "en"):
        places = {where.split(":")[0].split(" ")[0].rpartition(".")[2] for where, _ in said(language)}
        assert {"md", "error", "po"} <= places


def test_a_word_that_is_left_is_found() -> None:
    assert left_over(["은퇴"], iter([("a page", "시즌을 은퇴시킵니다"), ("another", "공개 종료")])) == ["a page: 은퇴"]


def korean_pages() -> list[Path]:
    return [page for page in pages() if page.name.endswith(".ko.md")]


def prose(page: Path) -> str:
    text = page.read_text(encoding="utf-8").split(SECTION["ko"])[0]
    return re.sub(r"```.*?```", "", text, flags=re.S)


def test_korean_pages_write_particles_without_a_space_and_ask_as_the_others_do() -> None:
    found = [
        f"{inside(page)}: {hit}"
        for page in korean_pages()
        for hit in re.findall(rf"[`A-Za-z0-9)] {PARTICLE}(?=[ .,:;]).{{0,20}}|십시오", prose(page))
    ]
    assert found == []
