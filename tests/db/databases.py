"""Fresh databases, and what stands in them, seen from outside: plain drivers, nothing of the app."""

from __future__ import annotations

import os
import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pymysql
import pytest
from sqlalchemy.engine import URL, make_url

SQLITE, SERVER = "sqlite", "server"
Schema = dict[str, list[str]]


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards. Skips the test when the run has no server."""
    if kind == SQLITE:
        yield f"sqlite+aiosqlite:///{folder / uuid.uuid4().hex}.db"
        return
    root = os.environ.get("TEST_DATABASE_URL")
    if not root:
        pytest.skip("this run has no database server")
    name = f"dojang_{uuid.uuid4().hex}"
    ask(root, f"CREATE DATABASE {name}")
    try:
        yield make_url(root).set(database=name).render_as_string(hide_password=False)
    finally:
        ask(root, f"DROP DATABASE {name}")


def ask(url: str | URL, sql: str) -> list[tuple[Any, ...]]:
    """Runs one statement on a connection of its own, autocommit, and returns its rows."""
    if make_url(url).get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as connection:
            return connection.execute(sql).fetchall()
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def connect(url: str | URL, **options: Any) -> pymysql.Connection[Any]:
    """A plain blocking connection to a server, autocommit on."""
    at = make_url(url)
    where = {"host": at.host, "port": at.port or 3306, "user": at.username, "password": at.password or ""}
    return pymysql.connect(**where, database=at.database, autocommit=True, **options)


def schema_of(url: str) -> Schema:
    """Each table as the server spells it: columns in order, then keys, constraints and options sorted."""
    if url.startswith("sqlite"):
        return _sqlite_schema(url)
    tables = sorted(name for (name,) in ask(url, "SHOW TABLES") if name != "alembic_version")
    return {name: _server_table(ask(url, f"SHOW CREATE TABLE `{name}`")[0][1]) for name in tables}


def _server_table(ddl: str) -> list[str]:
    first, *body, last = re.sub(r" AUTO_INCREMENT=\d+", "", ddl).splitlines()
    return [first, *_columns_first(body, is_column=lambda line: line.startswith("`")), last]


def _sqlite_schema(url: str) -> Schema:
    rows = ask(url, "SELECT tbl_name, type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name")
    schema: Schema = {}
    for table, kind, ddl in rows:
        first, *lines = ddl.splitlines()
        # a column that was added later stands behind the last one, on its line
        parted = (line.strip(", \t").split(", ") if "CONSTRAINT" not in line else [line] for line in lines)
        body = [part for parts in parted for part in parts]
        lines = [first, *_columns_first(body, is_column=lambda line: not line.startswith("CONSTRAINT"))]
        schema.setdefault(table, []).extend(lines if kind == "table" else [" ".join(ddl.split())])
    schema.pop("alembic_version", None)
    return schema


def _columns_first(body: list[str], *, is_column: Any) -> list[str]:
    lines = [line.strip().rstrip(",") for line in body]
    return [line for line in lines if is_column(line)] + sorted(line for line in lines if not is_column(line))
