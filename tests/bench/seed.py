"""Players and history for the bench, written in bulk: one SQL text serves MariaDB and SQLite.

A bench player is number n, has the id FIRST_ID + n and signs in as `bench-<n>`. Numbers don't overlap between service
and floor, so that neither ever waits for a row of the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from app.config.settings import Settings
from app.container import Container
from app.core.time_utils import SystemClock, kst_date
from app.db.schema import upgrade_to_head
from app.domain.reference import COINS, ROULETTE, THRESHOLDS
from app.flows.seed_reference import seed_reference

FIRST_ID = 1_000_000
PLAYERS = 2_000  # who have tickets and a history
TICKETS = 1_000_000_000  # nobody runs out
# Above the season's threshold of 50: a win is counted, and gives no stamp any more, for as long as the bench lasts.
WINS = 1_000
XP_PER_STAMP = 20
COINS_OF_A_STAMPER = 3
STAMPS_OF_A_SEASON = 16  # a stamper has 0 to 15 stamps, evenly: 5 of 16 of the next stamps open a level
CHUNK = 50_000  # rows a statement: a larger one only grows the undo log


@dataclass(frozen=True, slots=True)
class World:
    """What the floors must know of a seeded database to write the same rows as the service."""

    season_id: int
    config_id: int
    today: str
    segments: list[dict[str, Any]]
    levels: list[tuple[int, int]]  # (required XP, coins paid for it)


def seed(settings: Settings) -> World:
    """A migrated database with the reference event running today and PLAYERS players."""
    upgrade_to_head(settings.database_url)
    world = asyncio.run(add_world(settings))
    with connection(settings.database_url) as db:
        add_players(db, world, range(1, PLAYERS + 1))
    return world


async def add_world(settings: Settings) -> World:
    """The reference event, running today."""
    container = Container(settings)
    try:
        await seed_reference(container.house, with_season=True)
    finally:
        await container.close()
    with connection(settings.database_url) as db:
        return _world(db)


@contextmanager
def connection(url: str) -> Iterator[Connection]:
    """A plain blocking connection; each statement commits by itself."""
    engine = create_engine(url.replace("+aiomysql", "+pymysql").replace("+aiosqlite", ""), isolation_level="AUTOCOMMIT")
    try:
        with closing(engine.connect()) as opened:
            yield opened
    finally:
        engine.dispose()


def _world(db: Connection) -> World:
    running = text("SELECT id FROM seasons WHERE start_date <= :today AND end_date >= :today")
    season_id = db.execute(running, {"today": today().isoformat()}).scalar_one()
    config_id = db.execute(text("SELECT id FROM game_configs WHERE feature_type = 'ROULETTE'")).scalar_one()
    levels = list(zip(THRESHOLDS, COINS, strict=False))  # the levels that a stamper can reach pay coins
    return World(season_id, config_id, today().isoformat(), ROULETTE["segments"], levels)


def today() -> date:
    """The KST day that the service would stamp."""
    return kst_date(SystemClock().now())


def add_players(db: Connection, world: World, numbers: range) -> None:
    """Players with tickets whose next play is an ordinary one."""
    for start, end in _chunks(numbers):
        several = _numbers(db, start, end)
        _add_profiles(db, several)
        db.execute(
            text(f"INSERT INTO wallets (user_id, token_type, balance) SELECT {FIRST_ID} + n, 'POINT', 0 FROM {several}")
        )
        _add_coins(db, several, TICKETS)
        db.execute(
            text(
                f"INSERT INTO season_progress (user_id, season_id, current_level, current_xp, total_stamps,"
                f" last_stamp_date, internal_wins)"
                f" SELECT {FIRST_ID} + n, {world.season_id}, 0, 0, 0, NULL, {WINS} FROM {several}"
            )
        )


def add_stampers(db: Connection, world: World, numbers: range) -> None:
    """Players somewhere in the season who have not stamped today."""
    yesterday = (today() - timedelta(days=1)).isoformat()
    xp = f"{XP_PER_STAMP} * (n % {STAMPS_OF_A_SEASON})"
    level = " + ".join(f"({xp} >= {required})" for required, _ in world.levels)
    for start, end in _chunks(numbers):
        several = _numbers(db, start, end)
        _add_profiles(db, several)
        _add_coins(db, several, COINS_OF_A_STAMPER)
        db.execute(
            text(
                f"INSERT INTO season_progress (user_id, season_id, current_level, current_xp, total_stamps,"
                f" last_stamp_date, internal_wins)"
                f" SELECT {FIRST_ID} + n, {world.season_id}, {level}, {xp}, n % {STAMPS_OF_A_SEASON},"
                f" '{yesterday}', 0 FROM {several}"
            )
        )


def _add_profiles(db: Connection, several: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    name = "'bench-' || n" if db.dialect.name == "sqlite" else "CONCAT('bench-', n)"
    db.execute(
        text(
            f"INSERT INTO user_profiles (id, host_id, external_id, nickname, is_blocked, event_key_count,"
            f" event_pending_points, version, created_at)"
            f" SELECT {FIRST_ID} + n, (SELECT MIN(id) FROM hosts), {name}, NULL, 0, 0, 0, 1, '{now}' FROM {several}"
        )
    )


def _add_coins(db: Connection, several: str, coins: int) -> None:
    db.execute(
        text(
            f"INSERT INTO wallets (user_id, token_type, balance)"
            f" SELECT {FIRST_ID} + n, 'ROULETTE_COIN', {coins} FROM {several}"
        )
    )


def _numbers(db: Connection, start: int, end: int) -> str:
    """A table of the numbers start … end - 1 in a column n."""
    if db.dialect.name == "sqlite":
        counting = f"SELECT {start} AS n UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {end}"
        return f"(WITH RECURSIVE numbers AS ({counting}) SELECT n FROM numbers) AS several"
    return f"(SELECT seq AS n FROM seq_{start}_to_{end - 1}) AS several"  # MariaDB's own table of numbers


def _chunks(numbers: range) -> Iterable[tuple[int, int]]:
    for start in range(numbers.start, numbers.stop, CHUNK):
        yield start, min(start + CHUNK, numbers.stop)
