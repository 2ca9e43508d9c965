"""The server itself says whether a revision can run while players play: it is asked to lock and copy nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from app.db.schema import HEAD, upgrade_to_head
from tests.db.databases import ask
from tests.fixtures import sync_url

# MariaDB tells a rebuild in place from a change of the index alone; MySQL has no word for the second
CHANGE = re.compile(r"^(ALTER TABLE|CREATE (UNIQUE )?INDEX|DROP INDEX)\b", re.IGNORECASE)


@contextmanager
def without_locks(url: str, changed: list[str]) -> Iterator[None]:
    """Every change of a table demands to be done without a copy and without keeping anybody out."""
    is_mariadb = "mariadb" in str(ask(url, "SELECT VERSION()")[0][0]).lower()
    algorithm = f"ALGORITHM={'NOCOPY' if is_mariadb else 'INPLACE'}"

    def demand(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        if not CHANGE.match(statement.strip()):
            return statement, parameters
        changed.append(statement)
        between = ", " if statement.strip().upper().startswith("ALTER TABLE") else " "
        return f"{statement}{between}{between.join((algorithm, 'LOCK=NONE'))}", parameters

    event.listen(Engine, "before_cursor_execute", demand, retval=True)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", demand)


def test_every_revision_runs_without_a_copy_and_without_a_lock(empty_on_server: str) -> None:
    changed: list[str] = []
    with without_locks(empty_on_server, changed):
        upgrade_to_head(empty_on_server)
    assert ask(empty_on_server, "SELECT version_num FROM alembic_version") == [(HEAD,)]
    assert len(changed) > 10


@pytest.mark.parametrize(
    "change", ["MODIFY name TEXT NOT NULL", "ADD FULLTEXT INDEX (name)", "MODIFY made DATETIME NOT NULL"]
)
def test_the_server_refuses_what_would_lock(change: str, empty_on_server: str) -> None:
    ask(empty_on_server, "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(100) NOT NULL, made DATETIME(6) NOT NULL)")
    with without_locks(empty_on_server, []):
        engine = create_engine(sync_url(empty_on_server))
        with pytest.raises(OperationalError, match=r"1845|1846"), engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER TABLE t {change}")
        engine.dispose()
