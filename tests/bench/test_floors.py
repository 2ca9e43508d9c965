"""The floors are honest: one play or stamp of theirs leaves the same rows, columns and documents as the service's."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest
from pymysql.constants import CLIENT

from app.config.settings import Settings
from app.container import Container
from app.domain.draw import ScriptedDraw
from app.flows.play import PlayCommand
from app.flows.stamp import StampCommand
from app.flows.steps.commands import IdempotencyKey, PlayerCommand
from app.games import GAMES
from tests.bench import seed
from tests.bench.floors import play, sql, sqlite_play, stamp
from tests.db.databases import connect
from tests.fixtures import settings_for

TABLES = (
    "game_plays", "wallet_ledger", "wallets", "reward_log", "season_progress", "season_stamp_log", "season_xp_ledger",
    "season_claims", "user_event_log", "outbox", "idempotency_keys",
)  # fmt: skip
DIGITS = 4  # a roll or an amount may be that much longer in one than in the other

Rows = dict[str, list[dict[str, Any]]]


def rows_of(url: str, number: int) -> Rows:
    """Everything that concerns one player, by table."""
    found: Rows = {}
    with seed.connection(url) as db:
        for table in TABLES:
            user = seed.FIRST_ID + number
            whose = f"actor = 'player:{user}'" if table == "idempotency_keys" else f"user_id = {user}"
            result = db.exec_driver_sql(f"SELECT * FROM {table} WHERE {whose}").mappings()
            found[table] = sorted((dict(row) for row in result), key=_kind)
    return found


def _kind(row: dict[str, Any]) -> str:
    """In which order the rows of a table are compared."""
    return str([row.get(name) for name in ("event_type", "topic", "reason", "token_type")])


def shape(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """The rows without what differs from player to player: what stays are nulls, lengths and the keys of documents."""
    return {
        table: [{name: _shape(value) for name, value in row.items()} for row in several]
        for table, several in rows.items()
    }


def _shape(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(("{", "[")):
        return "JSON", _keys(json.loads(value))
    if isinstance(value, str):
        return "text", -(-len(value) // DIGITS)
    return "instant" if isinstance(value, datetime) else None if value is None else "value"


def _keys(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _keys(value) for name, value in document.items()}
    return [_keys(value) for value in document] if isinstance(document, list) else type(document).__name__


async def by_service(settings: Settings, number: int, rolls: list[int], command: type[PlayerCommand]) -> None:
    """One play or stamp of this player through the service's own lane."""
    container = Container(settings, draw=ScriptedDraw(rolls))
    asked: dict[str, Any] = {
        "user_id": seed.FIRST_ID + number,
        "session_id": "s",
        "issued_at": container.clock.now(),
        "request_id": sql.new_key(),
        "idempotency": IdempotencyKey(sql.new_key(), sql.FINGERPRINT),
    }
    lane: Any = container.stamps
    if command is PlayCommand:
        lane, asked["game"] = container.plays, GAMES["roulette"]
    try:
        await lane.submit(command(**asked))
    finally:
        await container.close()


def by_client(url: str, transaction: str) -> None:
    """Sends the floor's text as one request, and takes every result: the error of any statement is raised."""
    with connect(url, client_flag=CLIENT.MULTI_STATEMENTS) as connection, connection.cursor() as cursor:
        cursor.execute(transaction)
        while cursor.nextset():
            pass


def known(url: str, world: play.World, number: int) -> play.Player:
    with seed.connection(url) as db:
        return play.known_player(lambda text: db.exec_driver_sql(text).fetchall(), world, seed.FIRST_ID + number)


PRIZES = {"points": (0, 0), "nothing": (3_000, 1), "a coin": (8_000, 3)}  # a roll and the segment that it means


@pytest.fixture(params=PRIZES)
def prize(request: pytest.FixtureRequest) -> tuple[int, int]:
    return PRIZES[request.param]


async def play_of_the_service(url: str, roll: int) -> tuple[play.World, play.Player]:
    """Player 1 has played by the service; the second is the floor's to play."""
    settings = settings_for(url)
    world = await seed.add_world(settings)
    with seed.connection(url) as db:
        seed.add_players(db, world, range(1, 3))
    await by_service(settings, 1, [roll], PlayCommand)
    seen = play.World.of(asdict(world))
    return seen, known(url, seen, 2)


async def test_a_play_of_the_floor_leaves_what_the_services_leaves(mariadb_url: str, prize: tuple[int, int]) -> None:
    world, me = await play_of_the_service(mariadb_url, prize[0])
    by_client(
        mariadb_url, sql.transaction(play.reads(world, me.user) + play.play_text(me, world.prizes[prize[1]], world))
    )
    assert shape(rows_of(mariadb_url, 2)) == shape(rows_of(mariadb_url, 1))


async def test_a_play_of_the_sqlite_floor_leaves_the_same(sqlite_url: str, prize: tuple[int, int]) -> None:
    world, me = await play_of_the_service(sqlite_url, prize[0])
    database = sqlite_play.open_database(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    sqlite_play.play(database.execute, me, world.prizes[prize[1]], world)
    database.close()
    assert shape(rows_of(sqlite_url, 2)) == shape(rows_of(sqlite_url, 1))


@pytest.mark.parametrize(("stamps", "opens_a_level"), [(0, True), (1, False), (2, True), (3, False)])
async def test_a_stamp_of_the_floor_leaves_what_the_services_leaves(
    mariadb_url: str, stamps: int, opens_a_level: bool
) -> None:
    settings = settings_for(mariadb_url)
    seeded = await seed.add_world(settings)
    ours, theirs = (rounds * seed.STAMPS_OF_A_SEASON + stamps for rounds in (1, 2))
    with seed.connection(mariadb_url) as db:
        seed.add_stampers(db, seeded, range(ours, theirs + 1))
    await by_service(settings, ours, [], StampCommand)
    world = stamp.World.of(asdict(seeded))
    me = stamp.Player(seed.FIRST_ID + theirs, stamps * seed.XP_PER_STAMP, stamps, seed.COINS_OF_A_STAMPER)
    by_client(mariadb_url, stamp.one_stamp(me, world))
    left = rows_of(mariadb_url, theirs)
    assert bool(left["season_claims"]) is opens_a_level
    assert shape(left) == shape(rows_of(mariadb_url, ours))
