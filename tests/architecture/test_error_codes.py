"""Whoever receives an error code can look it up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from app.core.errors import ERRORS
from tests.architecture.house import APP, ROOT, inside, python_files

ERROR_TABLE = ROOT / "docs" / "api" / "errors.md"


def undocumented(codes: Iterable[str], table: str) -> list[str]:
    return [code for code in codes if f"`{code}`" not in table]


def unknown_codes(source: str, known: Iterable[str]) -> list[str]:
    """Codes that AppError("…") or code="…" spell out and the table of errors does not have."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    codes = [call.args[0] for call in calls if call.args and ast.unparse(call.func).endswith("AppError")]
    codes += [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "code"]
    spelled = [node for node in codes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [f"{node.lineno}: {node.value!s}" for node in spelled if node.value not in set(known)]


def test_every_error_code_is_in_the_api_documents() -> None:
    assert undocumented(ERRORS, ERROR_TABLE.read_text()) == []


def test_every_documented_code_still_exists() -> None:
    written = re.findall(r"^\| `([A-Z_]+)`", ERROR_TABLE.read_text(), flags=re.MULTILINE)
    assert sorted(set(written) - set(ERRORS)) == []


def test_every_raised_code_is_in_the_table_of_errors() -> None:
    files: list[Path] = [path for path in python_files("backend/app") if path != APP / "core" / "errors.py"]
    found = [f"{inside(path)}:{line}" for path in files for line in unknown_codes(path.read_text(), ERRORS)]
    assert not found, "\n".join(found)


def test_a_missing_and_a_misspelled_code_are_found() -> None:
    assert undocumented(["GOOD", "NEW"], "| `GOOD` | 409 |") == ["NEW"]
    assert unknown_codes('raise AppError("NOT_ENOUGH_TOKEN")', ["NOT_ENOUGH_TOKENS"]) == ["1: NOT_ENOUGH_TOKEN"]
    assert unknown_codes('invalid(problem, code="INVALID_DICE")', ["INVALID_DICE_CONFIG"]) == ["1: INVALID_DICE"]
