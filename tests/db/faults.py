"""Faults of a database, brought about at a chosen statement, and what a transaction leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pymysql
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.statements import Statement
from app.db.transaction import Database, Tx
from tests.db.databases import ask

ADD = Statement("INSERT INTO marks (id, note, n) VALUES (?, ?, 0)")
COUNT = Statement("SELECT COUNT(*) FROM marks")
STEPS = 4  # statements of `Story`; the step after the last one is the commit

Fault = Callable[[], None]
# inserts of many rows go another way than other statements, on each kind of database
WAYS_TO_EXECUTE = ("do_execute", "do_execute_no_params", "do_executemany")


@dataclass
class Story:
    """A transaction of four writes; knows how often it was told."""

    tellings: int = 0

    async def __call__(self, tx: Tx) -> str:
        self.tellings += 1
        for number in range(STEPS):
            await tx.run(ADD, (number, f"note {number}"))
        return "told"


@dataclass
class Saboteur:
    """Strikes once (or always) at a statement of the write engine, or at its commit or rollback.

    `fault` runs in the place of the statement: it may raise as the driver would, or let the statement pass.
    """

    engine: AsyncEngine
    seen: int = 0
    strikes: int = 0
    _undo: list[Callable[[], object]] = field(default_factory=list)

    def at_statement(self, index: int, fault: Fault, *, always: bool = False) -> None:
        def strike(*_: Any) -> None:
            mine, self.seen = self.seen, self.seen + 1
            if mine == index or (always and mine % (index + 1) == index):
                self.strikes += 1
                fault()

        for name in WAYS_TO_EXECUTE:
            event.listen(self.engine.sync_engine, name, strike)
        self._undo.append(lambda: [event.remove(self.engine.sync_engine, name, strike) for name in WAYS_TO_EXECUTE])

    def at_commit(self, fault: Fault, *, done_first: bool = False, always: bool = False) -> None:
        self._replace("do_commit", fault, done_first, always)

    def at_rollback(self, fault: Fault) -> None:
        self._replace("do_rollback", fault, False, True)

    def _replace(self, name: str, fault: Fault, done_first: bool, always: bool) -> None:
        dialect = self.engine.dialect
        genuine = getattr(dialect, name)

        def strike(connection: Any) -> None:
            if self.strikes and not always:
                return genuine(connection)  # type: ignore[no-any-return]
            self.strikes += 1
            if done_first:
                genuine(connection)
            fault()
            return None if done_first else genuine(connection)

        setattr(dialect, name, strike)
        self._undo.append(lambda: delattr(dialect, name))

    def stop(self) -> None:
        while self._undo:
            self._undo.pop()()


def server_error(code: int) -> Fault:
    """The driver's error of this code."""

    def fault() -> None:
        raise pymysql.err.OperationalError(code, f"injected {code}")

    return fault


def cancel(task: asyncio.Task[Any]) -> Fault:
    """The caller goes away while the statement is on its way."""

    def fault() -> None:
        task.cancel()

    return fault


def marks(url: str) -> int:
    """How many rows stand, seen from outside."""
    return int(ask(url, "SELECT COUNT(*) FROM marks")[0][0])


def open_transactions(url: str) -> int:
    """How many transactions of this database's connections are open on the server."""
    return int(
        ask(
            url,
            "SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p "
            "ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE() AND p.id <> CONNECTION_ID()",
        )[0][0]
    )


async def is_clean(database: Database, url: str) -> bool:
    """Every connection is back in its pool, no transaction is open, and the next one starts from nothing."""
    for _ in range(50):  # a dropped connection ends on the server a moment later
        if url.startswith("sqlite") or open_transactions(url) == 0:
            break
        await asyncio.sleep(0.05)
    else:
        return False
    before = marks(url)
    rows = await database.transaction(lambda tx: tx.rows(COUNT))
    pool: Any = database.write_engine.pool
    return bool(pool.checkedout() == 0 and rows[0][0] == before == marks(url))
