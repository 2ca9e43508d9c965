"""The threat model names its tests, and every named test is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, inside, python_files
from tests.docs.reading import DOCS

PAGES = ("threat-model.md", "threat-model.ko.md")
ROW = re.compile(r"^\| (T\d+) \|(.+)\|$", re.M)
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.M)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
NOT_YET = {"threat-model.md": "Not yet", "threat-model.ko.md": "아직 없음"}


def rows(name: str) -> dict[str, str]:
    return dict(ROW.findall((DOCS / name).read_text(encoding="utf-8")))


def every_test() -> set[str]:
    """Every test of the suite as the page spells it."""
    return {
        f"{inside(path).removeprefix('tests/')}::{name}"
        for path in python_files("tests")
        for name in DEFINED.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("name", PAGES)
def test_every_threat_has_a_row_with_a_test_or_says_not_yet(name: str) -> None:
    found = rows(name)
    assert list(found) == [f"T{number}" for number in range(1, len(found) + 1)]
    assert len(found) >= 33
    silent = [number for number, text in found.items() if not TEST.search(text) and NOT_YET[name] not in text]
    assert silent == []


def test_every_named_test_exists() -> None:
    there = every_test()
    pages = [*(DOCS / name for name in PAGES), *(ROOT.glob("*.md"))]
    named = {f"{file}::{test}" for page in pages for file, test in TEST.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 60
    assert named - there == set()


def test_both_languages_name_the_same_tests() -> None:
    english, korean = ({number: sorted(TEST.findall(text)) for number, text in rows(name).items()} for name in PAGES)
    assert english == korean


def test_what_is_said_to_be_missing_is_the_same_in_both_languages() -> None:
    english, korean = ({n for n, text in rows(name).items() if NOT_YET[name] in text} for name in PAGES)
    assert english == korean


def test_a_row_is_read(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("| T7 | a | b | `kst/test_edges.py::test_x` |\n")
    assert ROW.findall(page.read_text())[0][0] == "T7"
    assert TEST.findall(page.read_text()) == [("kst/test_edges.py", "test_x")]
