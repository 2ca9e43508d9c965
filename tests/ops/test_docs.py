"""What docs/operations tells, the commands can do; both languages tell the same."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.config.settings import Settings
from tests.architecture.house import ROOT

ENGLISH, KOREAN = (ROOT / "docs" / f"operations{suffix}.md" for suffix in ("", ".ko"))
COMMAND = re.compile(r"\./run (ops [^`\n]+)")


def commands(page: Path) -> list[list[str]]:
    return [shlex.split(line) for line in COMMAND.findall(page.read_text())]


def parts(line: list[str]) -> tuple[list[str], list[str]]:
    """(the command's own words, its options): `staff` and `player` have commands of their own."""
    own = 3 if line[1] in ("staff", "player") else 2
    return line[:own], [word for word in line if word.startswith("--")]


@pytest.mark.parametrize("line", commands(ENGLISH), ids=" ".join)
def test_a_command_of_the_page_exists_with_its_options(line: list[str]) -> None:
    words, options = parts(line)
    shown = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert shown.exit_code == 0, shown.output
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.output)
    assert [option for option in options if option not in plain] == []


def test_both_languages_have_the_same_names() -> None:
    english, korean = ENGLISH.read_text(), KOREAN.read_text()
    for part in (r"^\| (`[^|]+`) \|", r"(?:RETAIN|JWT)_[A-Z_]+"):
        found = [re.findall(part, text, re.DOTALL | re.MULTILINE) for text in (english, korean)]
        assert found[0] == found[1] != [], part


def test_every_setting_that_is_named_exists() -> None:
    named = set(
        re.findall(r"\b(?:RETAIN_[A-Z_]+_DAYS|ARCHIVE_DIR|DB_BUDGET_SECONDS|JWT_[A-Z_]+[A-Z])\b", ENGLISH.read_text())
    )
    assert len(named) >= 10
    assert {name.lower() for name in named} <= set(Settings.model_fields)
