"""The reference rows that every test stands on: written by the service once, then copied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.audit_marks import Marks
from app.core.time_utils import FixedClock
from app.domain.reference import reference_season
from app.domain.season_config import SeasonConfig
from app.flows.seed_reference import ACT, seed_reference
from app.models import metadata
from app.services import House, Services

if TYPE_CHECKING:
    from tests.world import World

T = TypeVar("T")
HEAD = "audit_head"  # the one row that seeding changes
SEASON_START, SEASON_END = date(2025, 12, 9), date(2025, 12, 25)
# how many rows stand in these says whether a database is empty, and which revisions' own rows are left in it
TOLD_BY = ("hosts", "seasons", "programs", "feature_config", "game_configs", "app_ui_config", "bridge_campaigns")
COUNTS = "SELECT " + ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in TOLD_BY)

Found = tuple[str, datetime, tuple[int, ...], Marks]  # rows of the log bear the marks of one key
Contents = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Planted:
    """The season's id, the rows with which the service answered one state of a database, and its log's head."""

    season_id: int
    head: str
    inserts: list[tuple[str, list[tuple[Any, ...]]]]


@dataclass(frozen=True, slots=True)
class Lived:
    """What a history returned, when it ended, and the tables that it changed as they stood then."""

    result: Any
    ended: datetime
    inserts: list[tuple[str, list[tuple[Any, ...]]]]
    changed: list[str]


_written: dict[Found, Planted] = {}
_lived: dict[tuple[Callable[..., Any], str, int, Marks], Lived] = {}


async def noted(house: House, target: str, work: Callable[[Services], Awaitable[T]], *, after: Any = None) -> T:
    """Lets keepers write a document as an operator's flow would: with an act in the log. `{}` stands for the result."""

    async def with_an_act(keepers: Services) -> T:
        result = await work(keepers)
        now, told = house.clock.now(), await after(keepers) if callable(after) else after
        await keepers.audit.add(ACT, "MADE_FOR_A_TEST", target.format(result), after=told, now=now)
        return result

    return await house.write(with_an_act)


async def edit_season(world: World, statement: str, **params: Any) -> None:
    """Edits the season by hand, and says so in the log: what an operator's flow would do in one."""

    async def view(keepers: Services) -> Any:
        season = await keepers.season.find(world.season_id)
        return None if season is None else season.config.view()

    await world.sql(statement, **params)
    await noted(world.house, f"season:{world.season_id}", view, after=view)


async def plant(house: House) -> int:
    """The reference rows and the season XMAS_2025, as the service itself writes them; returns the season's id.

    At a clock that stands still these are the same rows each time: from the second time on they are copied.
    """
    found = await _look(house)
    if not isinstance(house.clock, FixedClock) or found[2][:2] != (0, 0):
        return await _write(house)
    if found not in _written:
        before = await contents(house)
        season_id = await _write(house)
        after = await contents(house)
        [head] = after.pop(HEAD)
        _written[found] = Planted(season_id, head[1], _inserts(before, after, found[0]))
        return season_id
    planted = _written[found]
    async with house.database.write_engine.begin() as connection:
        for insert, rows in planted.inserts:
            await connection.exec_driver_sql(insert, rows)
        await connection.exec_driver_sql(f"UPDATE {HEAD} SET chain_hash = '{planted.head}'")
    return planted.season_id


async def honest(world: World, history: Callable[[World], Awaitable[T]]) -> T:
    """Lets `history` happen in a fresh world, after which nothing is different; returns what it returned.

    It happens once on each kind of database. From the second time on its rows are copied, for tests that only look at
    rows: nothing of it is in the memory of this world's service.
    """
    house = world.house
    marks = Marks.from_settings(house.settings)
    which = (history, house.database.write_engine.dialect.name, world.season_id, marks)
    if which in _lived:
        return await _relive(world, _lived[which])
    before = await contents(house)
    result = await history(world)
    assert not await world.differences(), "an honest history has no differences"
    after = await contents(house)
    changed = [table for table in after if after[table] != before[table]]
    inserts = _inserts({table: [] for table in changed}, {table: after[table] for table in changed}, which[1])
    _lived[which] = Lived(result, house.clock.now(), inserts, changed)
    return result


async def _relive(world: World, lived: Lived) -> Any:
    checks = ("PRAGMA defer_foreign_keys = ON", "PRAGMA defer_foreign_keys = OFF")
    if not world.house.settings.is_sqlite:
        checks = ("SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1")
    async with world.house.database.write_engine.begin() as connection:
        await connection.exec_driver_sql(checks[0])
        for table in lived.changed:
            await connection.exec_driver_sql(f"DELETE FROM {table}")
        for insert, rows in lived.inserts:
            await connection.exec_driver_sql(insert, rows)
        await connection.exec_driver_sql(checks[1])
    world.clock.set(lived.ended)
    return lived.result


async def _write(house: House) -> int:
    await seed_reference(house)
    config = SeasonConfig.model_validate(reference_season("XMAS_2025", SEASON_START, SEASON_END))

    now, told = house.clock.now(), config.view()
    return await noted(house, "season:{}", lambda k: k.season.add(config, is_active=True, now=now), after=told)


async def _look(house: House) -> Found:
    async with house.database.read_engine.connect() as connection:
        counts = (await connection.exec_driver_sql(COUNTS)).one()
        marks = Marks.from_settings(house.settings)
        return connection.dialect.name, house.clock.now(), tuple(counts), marks


async def contents(house: House) -> Contents:
    async with house.database.read_engine.connect() as connection:
        return {table.name: await _rows(connection, table.name) for table in metadata.sorted_tables}


async def _rows(connection: AsyncConnection, table: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(f"`{column.name}`" for column in metadata.tables[table].columns)
    return [tuple(row) for row in await connection.exec_driver_sql(f"SELECT {columns} FROM {table}")]


def _inserts(before: Contents, after: Contents, dialect: str) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """What was added, in the order of the foreign keys."""
    inserts = []
    for table, rows in after.items():
        assert not set(before[table]) - set(rows), f"{table}: seeding changes no row that was there"
        added = [row for row in rows if row not in before[table]]
        if added:
            inserts.append((_insert(table, added[0], "?" if dialect == "sqlite" else "%s"), added))
    return inserts


def _insert(table: str, row: Sequence[Any], mark: str) -> str:
    columns = ", ".join(f"`{column.name}`" for column in metadata.tables[table].columns)
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join([mark] * len(row))})"
