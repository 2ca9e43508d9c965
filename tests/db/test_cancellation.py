"""Callers that go away: nothing half done, nothing left open, and no answer for somebody else."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from typing import Any

import pytest

from app.core.errors import AppError
from app.db.statements import Statement
from app.db.transaction import Database, Tx
from tests.db.conftest import open_database
from tests.db.faults import ADD, STEPS, Saboteur, Story, cancel, is_clean, marks, server_error

ECHO = Statement("SELECT ?")
SLOW_ECHO = Statement("SELECT ?, SLEEP(0.003)")
QUERIES = 1_500


@pytest.mark.parametrize("index", range(STEPS))
async def test_a_caller_who_leaves_at_a_statement_leaves_nothing(database: Database, url: str, index: int) -> None:
    saboteur = Saboteur(database.write_engine)
    # on SQLite the BEGIN is a statement too
    telling = start(database, Story(), lambda task: saboteur.at_statement(index, cancel(task)))
    with pytest.raises(asyncio.CancelledError):
        await telling
    saboteur.stop()
    assert marks(url) == 0
    assert await is_clean(database, url)


async def test_a_caller_who_leaves_between_statements_leaves_nothing(database: Database, url: str) -> None:
    async def work(tx: Tx) -> None:
        await tx.run(ADD, (1, "written"))
        await asyncio.sleep(60)

    telling = asyncio.create_task(database.transaction(work))
    await asyncio.sleep(0.1)
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling
    assert marks(url) == 0
    assert await is_clean(database, url)


async def test_a_caller_who_leaves_during_the_commit_leaves_all_or_nothing(database: Database, url: str) -> None:
    saboteur = Saboteur(database.write_engine)
    telling = start(database, Story(), lambda task: saboteur.at_commit(cancel(task)))
    with pytest.raises(asyncio.CancelledError):
        await telling
    saboteur.stop()
    assert await is_clean(database, url)
    assert marks(url) in (0, STEPS)


async def test_a_caller_who_leaves_during_the_rollback_leaves_nothing(on_server: Database, server_url: str) -> None:
    saboteur = Saboteur(on_server.write_engine)
    saboteur.at_statement(2, server_error(1064))
    telling = start(on_server, Story(), lambda task: saboteur.at_rollback(cancel(task)))
    with pytest.raises(asyncio.CancelledError):
        await telling
    saboteur.stop()
    assert marks(server_url) == 0
    assert await is_clean(on_server, server_url)


async def test_work_that_takes_longer_than_the_budget_is_undone(url: str) -> None:
    database = open_database(url, db_budget_seconds=0.2)

    async def work(tx: Tx) -> None:
        await tx.run(ADD, (1, "written"))
        await asyncio.sleep(60)

    with pytest.raises(AppError, match="DATABASE_UNAVAILABLE"):
        await database.transaction(work)
    assert marks(url) == 0
    assert await is_clean(database, url)
    await database.dispose()


async def test_a_cancelled_snapshot_stays_cancelled_and_closes(database: Database, url: str) -> None:
    async def work(tx: Tx) -> None:
        await tx.rows(ECHO, (1,))
        await asyncio.sleep(60)

    reading = asyncio.create_task(database.snapshot(work))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await is_clean(database, url)


@pytest.mark.parametrize("pool", ["read", "transaction"])
async def test_no_answer_reaches_a_stranger_however_many_leave(on_server: Database, server_url: str, pool: str) -> None:
    """A connection with an unread answer in it would hand that answer to whoever asks next."""
    chance = random.Random(7)
    outcomes = {"answered": 0, "left": 0, "wrong": 0}

    async def ask_one(number: int) -> None:
        statement = SLOW_ECHO if number % 3 else ECHO

        async def work(tx: Tx) -> Any:
            return (await tx.rows(statement, (number,)))[0][0]

        try:
            answer = await asyncio.wait_for(getattr(on_server, pool)(work), timeout=chance.choice([0, 0.004, 0.02, 9]))
        except (TimeoutError, AppError):
            outcomes["left"] += 1
        else:
            outcomes["answered" if int(answer) == number else "wrong"] += 1

    for start_at in range(0, QUERIES, 100):
        await asyncio.gather(*(ask_one(number) for number in range(start_at, start_at + 100)))
    assert outcomes["wrong"] == 0
    assert min(outcomes["answered"], outcomes["left"]) > QUERIES / 10, outcomes
    assert await is_clean(on_server, server_url)


@pytest.mark.parametrize("pool", ["read", "transaction", "snapshot"])
async def test_who_leaves_under_load_leaves_no_traceback(
    on_server: Database, pool: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A caller who goes at any moment, also twice, closes the connection, and that is no error of anybody's."""
    chance = random.Random(11)

    async def ask_and_go(number: int) -> None:
        asking = asyncio.create_task(getattr(on_server, pool)(lambda tx: tx.rows(SLOW_ECHO, (number,))))
        await asyncio.sleep(chance.choice([0, 0.001, 0.002, 0.004, 0.01]))
        asking.cancel()
        if number % 3 == 0:  # a server that stops cancels again
            await asyncio.sleep(chance.choice([0, 0.0005]))
            asking.cancel()
        with suppress(asyncio.CancelledError, AppError):
            await asking

    for _ in range(4):
        await asyncio.gather(*(ask_and_go(number) for number in range(75)))
    await asyncio.sleep(0.1)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert "Traceback" not in caplog.text


def start(database: Database, story: Story, arm: Any) -> asyncio.Task[str]:
    """The transaction as a task of its own, with a fault that knows the task."""
    task = asyncio.create_task(database.transaction(story))
    arm(task)
    return task
