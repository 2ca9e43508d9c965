"""Writers that meet: they queue, they see each other's commits, and the loser of a deadlock tries again."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text

from app.core.errors import AppError
from app.db.session import LOCK_WAIT_SECONDS
from app.db.statements import Statement
from app.db.transaction import Database, Tx
from tests.db.conftest import open_database
from tests.db.databases import ask, connect
from tests.db.faults import ADD, marks

READ = Statement("SELECT n FROM marks WHERE id = ? FOR UPDATE")
SET = Statement("UPDATE marks SET n = ? WHERE id = ?")


async def add_one(tx: Tx) -> None:
    """Reads, then writes what it read plus one: loses counts wherever two can read the same value."""
    value = (await tx.rows(READ, (1,)))[0][0]
    await asyncio.sleep(0)
    await tx.run(SET, (value + 1, 1))


async def test_parallel_writers_of_two_processes_lose_no_count(database: Database, url: str) -> None:
    """Two pools know nothing of each other, as two processes do."""
    ask(url, "INSERT INTO marks VALUES (1, 'counter', 0)")
    other = open_database(url)
    await asyncio.gather(*(pool.transaction(add_one) for pool in (database, other) for _ in range(50)))
    await other.dispose()
    assert ask(url, "SELECT n FROM marks") == [(100,)]


async def test_a_duplicate_runs_again_and_sees_the_winner(database: Database, url: str) -> None:
    """Both look before either writes; the loser's second run finds the winner's row."""
    find = Statement("SELECT id FROM marks WHERE note = ?")

    async def find_or_add(tx: Tx) -> str:
        if await tx.rows(find, ("same",)):
            return "found"
        await asyncio.sleep(0.05)
        await tx.run(Statement("INSERT INTO marks (id, note, n) VALUES (?, 'same', 0)"), (time.monotonic_ns() % 10**9,))
        return "added"

    other = open_database(url)
    outcomes = await asyncio.gather(database.transaction(find_or_add), other.transaction(find_or_add))
    await other.dispose()
    assert sorted(outcomes) == ["added", "found"]
    assert marks(url) == 1


async def test_the_loser_of_a_deadlock_tries_again(on_server: Database, server_url: str) -> None:
    ask(server_url, "INSERT INTO marks VALUES (1, 'a', 0), (2, 'b', 0)")
    tellings = 0

    async def both(first: int, second: int, tx: Tx) -> None:
        nonlocal tellings
        tellings += 1
        await tx.run(Statement("UPDATE marks SET n = n + 1 WHERE id = ?"), (first,))
        await asyncio.sleep(0.05)
        await tx.run(Statement("UPDATE marks SET n = n + 1 WHERE id = ?"), (second,))

    await asyncio.gather(
        on_server.transaction(lambda tx: both(1, 2, tx)), on_server.transaction(lambda tx: both(2, 1, tx))
    )
    assert ask(server_url, "SELECT n FROM marks") == [(2,), (2,)]
    assert tellings > 2


@pytest.mark.slow
async def test_a_lock_that_is_never_given_back_is_busy_within_the_budget(on_server: Database, server_url: str) -> None:
    with connect(server_url) as holder, holder.cursor() as cursor:
        cursor.execute("INSERT INTO marks VALUES (1, 'held', 0)")
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM marks FOR UPDATE")
        started = time.monotonic()
        with pytest.raises(AppError, match="BUSY"):
            await on_server.transaction(add_one)
        assert LOCK_WAIT_SECONDS < time.monotonic() - started < 6


@pytest.mark.slow
async def test_a_sqlite_file_locked_by_another_process_is_busy_within_the_budget(
    on_sqlite: Database, sqlite_url: str
) -> None:
    other = open_database(sqlite_url)
    async with other.write_engine.connect() as holder, holder.begin():
        started = time.monotonic()
        with pytest.raises(AppError, match="BUSY"):
            await on_sqlite.transaction(lambda tx: tx.run(ADD, (1, "late")))
        assert time.monotonic() - started < 6.5
    await on_sqlite.transaction(lambda tx: tx.run(ADD, (1, "in time")))
    await other.dispose()


async def test_sqlite_takes_its_lock_before_the_first_read(on_sqlite: Database, sqlite_url: str) -> None:
    """With a deferred BEGIN two could read the same value, and one would fail when it writes."""
    other = open_database(sqlite_url)
    order = []

    async def slowly(tx: Tx) -> None:
        order.append("first reads")
        await asyncio.sleep(0.2)
        await tx.run(ADD, (1, "first"))
        order.append("first wrote")

    async def second(tx: Tx) -> None:
        order.append(f"second sees {len(await tx.rows(Statement('SELECT * FROM marks')))}")

    first = asyncio.create_task(on_sqlite.transaction(slowly))
    await asyncio.sleep(0.05)
    await other.transaction(second)
    await first
    await other.dispose()
    assert order == ["first reads", "first wrote", "second sees 1"]


async def test_a_savepoint_rolls_back_alone(database: Database, url: str) -> None:
    async with database.write_engine.connect() as connection, connection.begin():
        await connection.execute(text("INSERT INTO marks VALUES (1, 'kept', 0)"))
        savepoint = await connection.begin_nested()
        await connection.execute(text("INSERT INTO marks VALUES (2, 'undone', 0)"))
        await savepoint.rollback()
        await connection.execute(text("INSERT INTO marks VALUES (3, 'kept too', 0)"))
    assert ask(url, "SELECT id FROM marks ORDER BY id") == [(1,), (3,)]


async def test_a_savepoint_does_not_outlive_its_transaction(database: Database, url: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write_engine.connect() as connection, connection.begin():
            async with connection.begin_nested():
                await connection.execute(text("INSERT INTO marks VALUES (1, 'released', 0)"))
            raise ZeroDivisionError
    assert marks(url) == 0
