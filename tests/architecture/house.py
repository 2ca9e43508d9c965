"""The project's files as the architecture tests see them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "backend" / "app"
MADE_BY_MACHINES = {"__pycache__", "node_modules", "htmlcov"}


class Reference(NamedTuple):
    """A name the code uses, spelled in full: `from datetime import date as d; d.today` is `datetime.date.today`."""

    name: str
    line: int


def project_files() -> list[Path]:
    """Every file that is, or could be, in git. Without git (an unpacked archive) hidden folders are left out."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
        return sorted(ROOT / name for name in names if name and (ROOT / name).is_file())
    except (OSError, subprocess.CalledProcessError):
        return sorted(path for path in ROOT.rglob("*") if path.is_file() and not _is_hidden(path.relative_to(ROOT)))


def _is_hidden(path: Path) -> bool:
    return any(
        (part.startswith(".") and part not in (".ci", ".github")) or part in MADE_BY_MACHINES for part in path.parts
    )


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def inside(path: Path) -> str:
    """Its name as the reports print it."""
    return path.relative_to(ROOT).as_posix()


def references(source: str) -> Iterator[Reference]:
    """Every import, name and attribute of the source, with import aliases resolved; `f().commit` is `?.commit`."""
    tree = ast.parse(source)
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        for alias, name in _imported(node):
            aliases[alias] = name
            yield Reference(name, node.lineno)  # type: ignore[attr-defined] # only import statements come here
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield Reference(_spelled_out(node, aliases), node.lineno)


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (
                alias.asname or alias.name.partition(".")[0],
                alias.name if alias.asname else alias.name.partition(".")[0],
            )
            yield (alias.name, alias.name)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield (alias.asname or alias.name, f"{node.module or ''}.{alias.name}")


def _spelled_out(node: ast.expr, aliases: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_spelled_out(node.value, aliases)}.{node.attr}"
    return aliases.get(node.id, node.id) if isinstance(node, ast.Name) else "?"
