"""docs/logs.md names every line that the service writes, its level and its fields: no more and no fewer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.architecture.house import APP, python_files
from tests.docs.reading import DOCS

LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
LOGS = ("log", "logger", "_log")
ALARMS = ("raise_alarm", "raise_alarm_seldom")
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (.*?) \|", re.M)
ALARM_ROW = re.compile(r"^\| `(\w+)` \| (`.*?`|–) \|", re.M)


class Line(NamedTuple):
    """One kind of line."""

    level: str
    fields: frozenset[str]


@cache
def sources() -> tuple[str, ...]:
    """The files that may say something: those without a word of logs or alarms need no reading."""
    texts = (path.read_text(encoding="utf-8") for path in python_files("backend/app"))
    return tuple(text for text in texts if "structlog" in text or "raise_alarm" in text or "_log." in text)


def written(source: str) -> Iterator[tuple[str, Line]]:
    """Every line that a source writes: (event, level and fields). `exc_info` becomes the field `exception`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            if name in LOGS:
                yield _text(node.args[0]), Line(node.func.attr, _fields(node))


def alarms(source: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Every alarm that a source raises, with its fields."""
    for node in ast.walk(ast.parse(source)):
        is_alarm = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ALARMS
        if is_alarm and not isinstance(node.args[0], ast.Name):  # alarms.py hands names on
            yield _text(node.args[0]), _fields(node)


def _text(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant), f"line {node.lineno}: the name of an event is written out"
    return str(node.value)


def _fields(call: ast.Call) -> frozenset[str]:
    return frozenset("exception" if word.arg == "exc_info" else word.arg for word in call.keywords if word.arg)


def documented(pattern: re.Pattern[str], section: str) -> dict[str, tuple[str, ...]]:
    text = (DOCS / "logs.md").read_text(encoding="utf-8")
    part = text.split(f"## {section}\n")[1].split("\n## ")[0]
    return {found[0]: found[1:] for found in pattern.findall(part)}


def names(cell: str) -> frozenset[str]:
    return frozenset(re.findall(r"`(\w+)`", cell))


def test_every_line_of_the_code_is_documented_with_its_fields() -> None:
    code: dict[str, Line] = {}
    for source in sources():
        for event, line in written(source):
            assert code.setdefault(event, line) == line, f"{event} has two shapes"
    said = {event: Line(level, names(fields)) for event, (level, fields) in documented(ROW, "Lines").items()}
    assert said == code


def test_every_alarm_is_documented_with_its_fields() -> None:
    code: dict[str, frozenset[str]] = {}
    for source in sources():
        for name, fields in alarms(source):
            code[name] = code.get(name, frozenset()) | fields
    said = {name: names(fields) for name, (fields,) in documented(ALARM_ROW, "Alarms").items()}
    assert said == code


def test_every_alarm_has_a_line_in_the_runbook() -> None:
    runbook = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "runbook").rglob("*.md"))
    known = documented(ALARM_ROW, "Alarms")
    assert [name for name in known if name not in runbook] == []


def test_a_line_that_is_new_would_be_found() -> None:
    assert APP.is_dir()
    source = 'log.warning("lost", job=name, exc_info=error)\nself._log.info("said")\nraise_alarm("gone", id=1)'
    assert dict(written(source)) == {
        "lost": Line("warning", frozenset({"job", "exception"})), "said": Line("info", frozenset()),
    }  # fmt: skip
    assert dict(alarms(source)) == {"gone": frozenset({"id"})}
