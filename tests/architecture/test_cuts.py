"""Nothing is cut in silence: each slice, LIMIT and upper bound stands in cuts.py with what tells people of the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.cuts import CUTS
from tests.architecture.house import APP

LIMIT = re.compile(r"\bLIMIT\b[^\n]*")
SLICE = re.compile(r"\[:\w+\]")
# a page that knows whether there is more, and a look for one
FINE = {".limit(limit + 1)", ".limit(1)", "LIMIT 1", "LIMIT 1)"}


def cuts_of(source: str) -> Iterator[str]:
    """Each expression that keeps the beginning of something, or the smaller of several values."""
    tree = ast.parse(source)
    words = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            upper = node.slice.upper
            if node.slice.lower is None and upper is not None and not isinstance(upper, ast.UnaryOp):
                yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "min":
            if len(node.args) > 1:
                yield ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "limit":
            yield f".limit({', '.join(map(ast.unparse, node.args))})"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in words:
            yield from LIMIT.findall(node.value)


def found() -> dict[str, set[str]]:
    cuts = {path: set(cuts_of(path.read_text())) - FINE for path in APP.rglob("*.py")}
    cuts |= {path: set(SLICE.findall(path.read_text())) for path in APP.rglob("*.html")}
    return {path.relative_to(APP).as_posix(): some for path, some in cuts.items() if some}


def test_every_cut_has_a_reason() -> None:
    new = {file: some for file, cuts in found().items() if (some := cuts - CUTS.get(file, {}).keys())}
    assert not new, "say in cuts.py who is told of what is left out"


def test_every_reason_has_its_cut() -> None:
    cuts = found()
    gone = {file: some for file, reasons in CUTS.items() if (some := reasons.keys() - cuts.get(file, set()))}
    assert not gone, "take these out of cuts.py"


@pytest.mark.parametrize(
    "planted",
    ["rows[:100]", "rows[:MOST]", "min(count, 1_000)", "query.limit(100)", 'Statement("SELECT 1 FROM t LIMIT 20")'],
)
def test_a_new_cut_is_found(planted: str) -> None:
    assert set(cuts_of(f"def f():\n    return {planted}")) - FINE


def test_what_cuts_nothing_is_left_alone() -> None:
    fine = '"""At most LIMIT 5."""\nmin(rows, key=len)\nrows[1:]\nrows[:-1]\nquery.limit(limit + 1)\nx = "LIMIT 1"'
    assert set(cuts_of(fine)) - FINE == set()
