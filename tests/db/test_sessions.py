"""What every pooled connection promises, asked of each of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from app.db.session import LOCK_WAIT_SECONDS, POOL_RECYCLE_SECONDS, SESSION_IDLE_SECONDS, STRICT_MODES
from app.db.statements import Statement
from app.db.transaction import Database, Tx
from tests.db.conftest import open_database, settings_for

VARIABLES = ("sql_mode", "time_zone", "innodb_lock_wait_timeout", "wait_timeout", "character_set_connection")
SETTINGS = Statement(f"SELECT CONNECTION_ID(), {', '.join(f'@@SESSION.{name}' for name in VARIABLES)}")
ISOLATION = Statement("SHOW SESSION VARIABLES WHERE variable_name IN ('tx_isolation', 'transaction_isolation')")
AUTOCOMMIT = Statement("SELECT @@autocommit")


async def of_every_connection(run: Any, count: int, statement: Statement) -> list[tuple[Any, ...]]:
    """The answer of `count` connections, all held at the same time."""
    all_there = asyncio.Barrier(count)

    async def ask_one(tx: Tx) -> tuple[Any, ...]:
        row = (await tx.rows(statement))[0]
        await all_there.wait()
        return tuple(row)

    return list(await asyncio.gather(*(run(ask_one) for _ in range(count))))


@pytest.mark.parametrize("pool", ["transaction", "read"])
async def test_every_connection_has_our_session_settings(on_server: Database, pool: str) -> None:
    settings = settings_for("sqlite+aiosqlite://")
    count = settings.db_write_pool if pool == "transaction" else settings.db_read_pool
    rows = await of_every_connection(getattr(on_server, pool), count, SETTINGS)
    assert len({row[0] for row in rows}) == count
    for _, modes, zone, lock_wait, idle, charset in rows:
        assert set(STRICT_MODES.split(",")) <= set(modes.split(","))
        assert (zone, lock_wait, idle, charset) == ("+00:00", LOCK_WAIT_SECONDS, SESSION_IDLE_SECONDS, "utf8mb4")


@pytest.mark.parametrize("pool", ["transaction", "read"])
async def test_a_long_list_is_never_cut(on_server: Database, pool: str) -> None:
    """MySQL cuts GROUP_CONCAT at 1 kB by default, with no more than a warning."""
    members = " UNION ALL ".join(f"SELECT '{number:036d}' AS member" for number in range(1_000))
    statement = Statement(f"SELECT GROUP_CONCAT(member) FROM ({members}) AS list")
    rows = await getattr(on_server, pool)(lambda tx: tx.rows(statement))
    assert len(rows[0][0].split(",")) == 1_000


async def test_writes_run_read_committed(on_server: Database) -> None:
    rows = await of_every_connection(on_server.transaction, 6, ISOLATION)
    assert {row[1] for row in rows} == {"READ-COMMITTED"}


async def test_reads_commit_each_statement_and_so_never_see_an_old_snapshot(on_server: Database) -> None:
    assert {row[0] for row in await of_every_connection(on_server.read, 4, AUTOCOMMIT)} == {1}


async def test_the_settings_survive_a_replaced_connection(server_url: str) -> None:
    database = open_database(server_url, db_write_pool=1)
    first = await database.transaction(lambda tx: tx.rows(SETTINGS))
    async with database.write_engine.connect() as connection:
        await connection.invalidate()
    second = await database.transaction(lambda tx: tx.rows(SETTINGS))
    assert first[0][0] != second[0][0]
    assert first[0][1:] == second[0][1:]
    await database.dispose()


@pytest.mark.parametrize(
    ("value", "code"),
    [("'" + "x" * 51 + "'", 1406), ("'x', 99999999999", 1264), ("'x', 'seven'", 1366), ("NULL", 1048)],
)
async def test_a_value_that_does_not_fit_is_refused_and_not_bent(on_server: Database, value: str, code: int) -> None:
    values = value if "," in value else f"{value}, 0"
    statement = Statement(f"INSERT INTO marks (id, note, n) VALUES (1, {values})")
    with pytest.raises(DBAPIError, match=str(code)):
        await on_server.transaction(lambda tx: tx.run(statement))


async def test_sqlite_keeps_commits_through_a_power_cut_and_checks_foreign_keys(on_sqlite: Database) -> None:
    async def pragmas(tx: Tx) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [(await tx.rows(Statement(f"PRAGMA {name}")))[0][0] for name in names]

    full = 2
    assert await on_sqlite.transaction(pragmas) == ["wal", full, 1, 1000]
    assert await on_sqlite.read(pragmas) == ["wal", full, 1, 1000]


async def test_a_read_costs_one_round_trip_and_a_transaction_one_more(on_server: Database, server_url: str) -> None:
    """Questions counts every statement the server was sent by one connection."""
    questions = Statement("SHOW SESSION STATUS LIKE 'Questions'")

    async def cost(run: Any) -> int:
        before, after = [int((await run(lambda tx: tx.rows(questions)))[0][1]) for _ in range(2)]
        return after - before

    assert await cost(on_server.read) == 1
    assert await cost(on_server.transaction) == 2


def test_no_pooled_connection_can_be_older_than_the_server_keeps_it() -> None:
    assert POOL_RECYCLE_SECONDS < SESSION_IDLE_SECONDS
