"""A file is read in one sitting and a function on one screen."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.house import ROOT, inside, python_files

LINES_PER_FILE = 300
LINES_PER_FUNCTION = 60


def measured_files() -> list[Path]:
    """Our own code; a migration is a record, as long as what it records."""
    files = [*python_files("backend", "tests"), ROOT / "run"]
    return [path for path in files if not path.is_relative_to(ROOT / "backend" / "alembic" / "versions")]


def too_long(name: str, source: str) -> list[str]:
    lines = len(source.splitlines())
    found = [f"{name} has {lines} lines"] if lines > LINES_PER_FILE else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LINES_PER_FUNCTION:
                found.append(f"{name}:{node.lineno} {node.name} has {length} lines")
    return found


def test_files_and_functions_are_short() -> None:
    found = [line for path in measured_files() for line in too_long(inside(path), path.read_text())]
    assert not found, "\n".join(found)


def test_a_long_file_and_a_long_function_are_found() -> None:
    long_function = "async def story():\n" + "    pass\n" * LINES_PER_FUNCTION
    assert too_long("planted.py", long_function) == ["planted.py:1 story has 61 lines"]
    assert too_long("planted.py", "pass\n" * (LINES_PER_FILE + 1)) == ["planted.py has 301 lines"]


def test_the_limits_themselves_are_allowed() -> None:
    at_the_limit = "def story():\n" + "    pass\n" * (LINES_PER_FUNCTION - 1)
    assert too_long("planted.py", at_the_limit.ljust(LINES_PER_FILE)) == []
