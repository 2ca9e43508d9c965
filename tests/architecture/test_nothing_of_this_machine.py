"""What is in git works anywhere: it names no machine's folders and no registry's hosts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, inside, project_files

# Spelled so that this file does not find itself.
FOLDERS = r"(?<![\w.-])/(?:work|home/\w+|Users/\w+)/"
REGISTRIES = r"\b(?:files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs\.org|deb\.debian\.org)"


def traces(text: str) -> list[str]:
    """Folders of somebody's machine, of this checkout above all, and hosts of registries."""
    here = re.escape(f"{ROOT}/")
    return [match[0] for match in re.finditer(f"{FOLDERS}|{REGISTRIES}|{here}", text)]


def test_no_file_in_git_names_a_machine_or_a_registry() -> None:
    found = [f"{inside(path)}: {trace}" for path in project_files() for trace in traces(read(path))]
    assert not found, "\n".join(found)


def read(path: Path) -> str:
    """Its text; a picture has none."""
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize(
    "parts",
    [
        ("see /", "work/notes.md"),
        ("/", "home/", "kim/dojang"),
        ("https://registry", ".npmjs.org/htmx"),
        (str(ROOT), "/run"),
    ],
)
def test_a_planted_trace_is_found(parts: tuple[str, ...]) -> None:
    assert traces("".join(parts))


@pytest.mark.parametrize(
    "text", ["GET /api/work/1", "./work/", "https://example.com/work/", "https://example.org/simple/x"]
)
def test_innocent_text_is_left_alone(text: str) -> None:
    assert traces(text) == []
