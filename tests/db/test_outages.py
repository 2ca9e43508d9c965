"""A server that is full, gone, hung or back again: a clear refusal within the budget, and healing by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from app.core.errors import AppError
from app.db.statements import Statement
from app.db.transaction import Database, Tx
from tests.db.conftest import open_database
from tests.db.databases import ask, connect
from tests.db.faults import ADD
from tests.servers import MariaDb

PING = Statement("SELECT 1")
BUDGET_SECONDS = 2.0


@pytest.fixture
async def on_own_server(own_mariadb: MariaDb) -> AsyncIterator[Database]:
    database = open_database(own_mariadb.create_database("outages"), db_budget_seconds=BUDGET_SECONDS)
    await database.transaction(lambda tx: tx.rows(PING))
    await database.read(lambda tx: tx.rows(PING))
    yield database
    await database.dispose()


@pytest.mark.parametrize("pool", ["transaction", "read"])
async def test_a_pool_with_nothing_free_is_busy(on_server: Database, server_url: str, pool: str) -> None:
    database = open_database(server_url, db_write_pool=1, db_read_pool=1, db_pool_timeout_seconds=0.2)
    run, go = getattr(database, pool), asyncio.Event()

    async def hold(_tx: Tx) -> None:
        await go.wait()

    holding = asyncio.create_task(run(hold))
    await asyncio.sleep(0.1)
    with pytest.raises(AppError, match="BUSY"):
        await run(lambda tx: tx.rows(PING))
    go.set()
    await holding
    await run(lambda tx: tx.rows(PING))
    await database.dispose()


async def test_the_one_writer_of_sqlite_being_taken_is_busy(sqlite_url: str) -> None:
    database = open_database(sqlite_url, db_budget_seconds=0.3)
    async with database.write_engine.connect():
        with pytest.raises(AppError, match="BUSY"):
            await database.transaction(lambda tx: tx.rows(PING))
    await database.transaction(lambda tx: tx.rows(PING))
    await database.dispose()


async def test_a_server_with_no_connection_left_is_busy(own_mariadb: MariaDb) -> None:
    url = own_mariadb.create_database("crowded")
    ask(url, "CREATE USER shop@'%' IDENTIFIED BY 'shop'")
    ask(url, "GRANT ALL ON crowded.* TO shop@'%' WITH MAX_USER_CONNECTIONS 1")
    database = open_database(url.replace("root@", "shop:shop@"), db_budget_seconds=BUDGET_SECONDS)

    async def read_inside(_tx: Tx) -> None:
        await database.read(lambda tx: tx.rows(PING))

    with pytest.raises(AppError, match="BUSY"):
        await database.transaction(read_inside)
    await database.transaction(lambda tx: tx.rows(PING))
    await database.dispose()


@pytest.mark.parametrize("pool", ["transaction", "read", "snapshot"])
async def test_a_server_that_is_gone_is_unavailable_and_welcome_back(
    on_own_server: Database, own_mariadb: MariaDb, pool: str
) -> None:
    run = getattr(on_own_server, pool)
    own_mariadb.kill9()
    assert await seconds_until_unavailable(run) < BUDGET_SECONDS + 2
    own_mariadb.restart()
    for _ in range(10):  # each pooled connection is a dead one
        await run(lambda tx: tx.rows(PING))


@pytest.mark.parametrize("pool", ["transaction", "read"])
async def test_a_server_that_hangs_is_unavailable_within_the_budget_and_welcome_back(
    on_own_server: Database, own_mariadb: MariaDb, pool: str
) -> None:
    run = getattr(on_own_server, pool)
    own_mariadb.pause()
    await asyncio.sleep(0.2)  # the signal takes a moment to reach every thread
    try:
        assert await seconds_until_unavailable(run) < BUDGET_SECONDS + 2
    finally:
        own_mariadb.resume()
    await run(lambda tx: tx.rows(PING))


async def test_a_full_table_is_unavailable_and_not_a_bug(on_server: Database, server_url: str) -> None:
    with connect(server_url) as connection, connection.cursor() as cursor:
        cursor.execute("SET SESSION max_heap_table_size = 16384")
        cursor.execute("CREATE TABLE small (note CHAR(250)) ENGINE=MEMORY")

    async def too_much(tx: Tx) -> None:
        for _ in range(10_000):
            await tx.run(Statement("INSERT INTO small VALUES ('note')"))

    with pytest.raises(AppError, match="DATABASE_UNAVAILABLE"):
        await on_server.transaction(too_much)


async def test_a_full_disk_under_sqlite_is_unavailable_and_not_a_bug(on_sqlite: Database) -> None:
    async def too_much(tx: Tx) -> None:
        await tx.rows(Statement("PRAGMA max_page_count = 5"))
        for number in range(10_000):
            await tx.run(ADD, (number, f"note {number}"))

    with pytest.raises(AppError, match="DATABASE_UNAVAILABLE"):
        await on_sqlite.transaction(too_much)


async def seconds_until_unavailable(run: object) -> float:
    started = time.monotonic()
    with pytest.raises(AppError, match="DATABASE_UNAVAILABLE"):
        await run(lambda tx: tx.rows(PING))  # type: ignore[operator]
    return time.monotonic() - started
