"""Instants are stored in UTC to the microsecond, read back aware, and never guessed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select
from sqlalchemy.exc import StatementError

from app.core.time_utils import KST
from app.db.base import UtcDateTime
from app.db.statements import Insert, Statement
from app.db.transaction import Database
from app.db.values import instant_out, known_instant_in

moments = Table("moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))
ADD = Insert(moments, ["id", "at"])
READ = Statement("SELECT at FROM moments ORDER BY id")

LAST_MICROSECOND_OF_2025 = datetime(2025, 12, 31, 23, 59, 59, 999_999, tzinfo=KST)
ZONES = [UTC, KST, timezone(timedelta(hours=-11)), timezone(timedelta(hours=14))]


@pytest.fixture
async def with_moments(database: Database) -> AsyncIterator[Database]:
    async with database.write_engine.begin() as connection:
        await connection.run_sync(moments.metadata.create_all)
    yield database


@pytest.mark.parametrize("zone", ZONES, ids=str)
async def test_an_instant_comes_back_as_the_same_instant_aware(with_moments: Database, zone: timezone) -> None:
    at = LAST_MICROSECOND_OF_2025.astimezone(zone)
    await with_moments.transaction(lambda tx: tx.execute(moments.insert().values(id=1, at=at)))
    rows = await with_moments.read(lambda tx: tx.execute(select(moments.c.at)))
    read = rows.scalar_one()
    assert (read, read.tzinfo) == (LAST_MICROSECOND_OF_2025, UTC)


async def test_hot_statements_store_the_same_as_core_statements(with_moments: Database) -> None:
    at = LAST_MICROSECOND_OF_2025
    await with_moments.transaction(lambda tx: tx.write(ADD, [(1, instant_out(at))]))
    await with_moments.transaction(lambda tx: tx.execute(moments.insert().values(id=2, at=at)))
    hot, core = [row[0] for row in await with_moments.read(lambda tx: tx.rows(READ))]
    assert hot == core
    assert known_instant_in(hot) == at


async def test_a_naive_instant_is_refused_before_it_reaches_the_database(with_moments: Database) -> None:
    naive = datetime(2025, 12, 31)  # noqa: DTZ001 – the point of the test
    with pytest.raises(StatementError, match="naive"):
        await with_moments.transaction(lambda tx: tx.execute(moments.insert().values(id=1, at=naive)))
    with pytest.raises(ValueError, match="naive"):
        instant_out(naive)
    assert await with_moments.read(lambda tx: tx.rows(READ)) == []


async def test_no_instant_is_null(with_moments: Database) -> None:
    await with_moments.transaction(lambda tx: tx.execute(moments.insert().values(id=1, at=None)))
    assert (await with_moments.read(lambda tx: tx.execute(select(moments.c.at)))).scalar_one() is None
