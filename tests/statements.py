"""Counts what a database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from app.services import House


@dataclass
class Count:
    """Statements and commits of the counted block."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def counted(house: House) -> Iterator[Count]:
    """Counts on both engines; SQLite's own BEGIN is no statement of ours."""
    count = Count()

    def on_statement(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            count.statements.append(statement)

    def on_commit(_c: Any) -> None:
        count.commits += 1

    engines = [house.database.write_engine.sync_engine, house.database.read_engine.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", on_statement)
        event.listen(engine, "commit", on_commit)
    try:
        yield count
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", on_statement)
            event.remove(engine, "commit", on_commit)
