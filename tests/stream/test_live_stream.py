"""A player hears what happens to them, as it happens, once, wherever it was written."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from app.batches.outbox import relay
from app.container import Container
from app.core.time_utils import FixedClock
from app.flows import live_stream
from app.flows.issue_token import issue_token
from app.flows.live_stream import MAX_OF_ONE_PLAYER, MAX_WAITING, LiveStream
from app.flows.seed_reference import seed_reference
from app.flows.stamp import StampCommand
from app.flows.steps.commands import PlayerCommand
from app.schemas import stream as wire
from tests.admin.desk import desk_of
from tests.browser import served
from tests.fixtures import settings_for
from tests.live import serve
from tests.statements import counted
from tests.stream.ear import listening, until
from tests.world import Person, World, open_world

FIRST_STAMP = ["season_pass.stamp", "season_pass.level_up", "reward.granted"]


@pytest.fixture
async def served_world(world: World) -> AsyncIterator[tuple[World, str]]:
    async with served(world) as url:
        yield world, url


@pytest.fixture
async def served_sqlite(sqlite_world: World) -> AsyncIterator[tuple[World, str]]:
    async with served(sqlite_world) as url:
        yield sqlite_world, url


async def stamp(world: World, player: Person) -> None:
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)


def query(player: Person, world: World) -> PlayerCommand:
    return PlayerCommand(user_id=player.id, session_id=None, issued_at=world.clock.now(), request_id=None)


async def test_a_player_hears_at_once_what_happens_to_them_and_to_nobody_else(
    served_world: tuple[World, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "LOOK_SECONDS", 60)
    world, url = served_world
    kim, lee = await world.player("kim"), await world.player("lee")
    async with listening(url, kim.headers) as ear, listening(url, lee.headers) as other:
        assert ear.headers["content-type"].startswith("text/event-stream")
        assert (ear.headers["cache-control"], ear.headers["x-accel-buffering"]) == ("no-store", "no")
        await stamp(world, kim)
        assert sorted(await ear.hears(3)) == sorted(FIRST_STAMP)
        assert ear.names == ear.types
        assert ear.ids == sorted(set(ear.ids))
        assert [event["id"] for event in ear.events] == ear.ids
        level_up = next(event for event in ear.events if event["type"] == "season_pass.level_up")
        assert (level_up["data"]["level"], level_up["timestamp"]) == (1, "2025-12-10T12:00:00+09:00")
        assert other.events == []
        pool = world.house.database.read_engine.pool
        assert pool.checkedout() == 0, "a listener holds no connection"  # type: ignore[attr-defined]


async def test_who_comes_back_hears_what_was_missed_once(served_world: tuple[World, str]) -> None:
    world, url = served_world
    kim = await world.player("kim")
    async with listening(url, kim.headers) as ear:
        await stamp(world, kim)
        await ear.hears(3)
    admin = await desk_of(world, "park@example.com", "admin")
    await admin.grant(kim.id, 5)
    async with listening(url, kim.headers, after=ear.ids[0]) as again:
        assert await again.hears(3) == [*ear.types[1:], "reward.granted"]
        assert again.events[:2] == ear.events[1:]
        await asyncio.sleep(0.2)
        assert len(again.events) == 3
    async with listening(url, kim.headers) as fresh:
        await asyncio.sleep(0.2)
        assert fresh.events == [], "without an id from now on"


@pytest.mark.parametrize("value", ["x", "-1", "1e3", "1 2", "٣", "9" * 19])
async def test_an_id_that_is_none_is_refused(sqlite_world: World, value: str) -> None:
    kim = await sqlite_world.player("kim")
    headers = {name: text.encode() for name, text in (kim.headers | {"Last-Event-ID": value}).items()}
    assert await sqlite_world.code("GET", "/api/stream", headers=headers) == (422, "VALIDATION_ERROR")


async def test_what_another_process_writes_is_heard_by_looking(
    served_world: tuple[World, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "LOOK_SECONDS", 0.1)
    world, url = served_world
    kim = await world.player("kim")
    other = Container(world.house.settings, clock=world.clock)
    try:
        async with listening(url, kim.headers) as ear:
            await other.stamps.submit(StampCommand(**command_fields(kim, world)))
            assert sorted(await ear.hears(3)) == sorted(FIRST_STAMP)
    finally:
        await other.close()


def command_fields(player: Person, world: World) -> dict[str, object]:
    return {"user_id": player.id, "session_id": None, "issued_at": world.clock.now(), "request_id": None}


async def test_redis_says_who_has_news_in_other_processes(
    sqlite_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = os.environ.get("TEST_REDIS_URL")
    if redis is None:
        pytest.skip("no Redis: see the header of this run")
    monkeypatch.setattr(live_stream, "SELDOM_LOOK_SECONDS", 60)
    monkeypatch.setattr("app.db.cache.LISTEN_SECONDS", 0.05)
    settings = settings_for(sqlite_url, redis_url=redis)
    async with open_world(settings, clock) as world, served(world) as url:
        kim = await world.player("kim")
        other = Container(settings, clock=clock)
        try:
            async with listening(url, kim.headers) as ear:
                await until(lambda: world.container.stream._is_told)
                await other.stamps.submit(StampCommand(**command_fields(kim, world)))
                await relay(other, lambda: True)
                assert sorted(await ear.hears(3)) == sorted(FIRST_STAMP)
        finally:
            await other.close()


async def test_redis_that_goes_away_leaves_the_looking(
    sqlite_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "LOOK_SECONDS", 0.1)
    settings = settings_for(sqlite_url, redis_url="redis://127.0.0.1:9/0")
    async with open_world(settings, clock) as world, served(world) as url:
        kim = await world.player("kim")
        other = Container(settings, clock=clock)
        try:
            async with listening(url, kim.headers) as ear:
                await other.stamps.submit(StampCommand(**command_fields(kim, world)))
                await relay(other, lambda: True)
                assert sorted(await ear.hears(3)) == sorted(FIRST_STAMP)
        finally:
            await other.close()


async def test_connections_are_few_for_a_player_and_bounded_for_a_process(sqlite_url: str, clock: FixedClock) -> None:
    async with open_world(settings_for(sqlite_url, stream_connections=6), clock) as world:
        kim, lee = await world.player("kim"), await world.player("lee")
        stream = world.container.stream
        mine = [await stream.open(query(kim, world), None) for _ in range(MAX_OF_ONE_PLAYER)]
        assert await world.code("GET", "/api/stream", headers=kim.headers) == (429, "RATE_LIMITED")
        theirs = [await stream.open(query(lee, world), None) for _ in range(2)]
        assert await world.code("GET", "/api/stream", headers=lee.headers) == (503, "BUSY")
        for one in (*mine, *theirs):
            stream.close(one)
            stream.close(one)
        assert stream.count == 0
        await world.sql("UPDATE user_profiles SET is_blocked = 1")
        assert await world.code("GET", "/api/stream", headers=kim.headers) == (403, "USER_BLOCKED")
        assert stream.count == 0, "a refusal takes no place"


async def test_a_client_that_goes_frees_its_place(served_sqlite: tuple[World, str]) -> None:
    world, url = served_sqlite
    kim = await world.player("kim")
    async with listening(url, kim.headers):
        assert world.container.stream.count == 1
    await until(lambda: world.container.stream.count == 0)


async def test_a_quiet_stream_beats_and_ends_in_time(
    sqlite_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "HEARTBEAT_SECONDS", 0.1)
    async with open_world(settings_for(sqlite_url, stream_seconds=1), clock) as world, served(world) as url:
        kim = await world.player("kim")
        async with listening(url, kim.headers) as ear:
            await until(lambda: ear.is_over)
            assert 2 <= ear.pings <= 11


async def test_who_came_together_does_not_come_back_together(sqlite_world: World) -> None:
    """A thousand pages were opened in one second: their streams must not all end, and be opened again, in another."""
    kim = await sqlite_world.player("kim")
    kept = sqlite_world.container.stream
    ends, retries = set(), set()
    for _ in range(20):
        subscription = await kept.open(query(kim, sqlite_world), None)
        subscription.end()
        stream = wire.EventStream(kept, subscription, seconds=600, now=lambda: 0.0, is_named=True)
        ends.add(stream.ends_at)
        hello = b"".join([frame async for frame in stream.body_iterator])  # type: ignore[misc]
        retries.add(int(hello.split(b"retry: ")[1].split()[0]))
        kept.close(subscription)
    assert len(ends) > 10
    assert all(480 <= end <= 600 for end in ends)
    assert len(retries) > 10
    assert all(3_000 <= retry < 6_000 for retry in retries)


async def test_who_does_not_read_gets_no_more_and_loses_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    kim = await world.player("kim")
    subscription = await world.container.stream.open(query(kim, world), 0)
    insert = """INSERT INTO user_event_log (user_id, event_type, facts, created_at)
        VALUES (:u, 'REWARD_GRANTED', '{}', '2025-12-10 03:00:00.000000')"""
    for _ in range(3 * MAX_WAITING):
        await world.sql(insert, u=kim.id)
    heard: list[int | None] = []
    async with asyncio.timeout(5):
        while len(heard) < 3 * MAX_WAITING:
            await asyncio.sleep(0.05)
            world.container.stream.poke([kim.id])
            events = await subscription.take(1)
            assert len(events) <= MAX_WAITING
            heard += [event.id for event in events]
    assert heard == sorted(set(heard), key=heard.index)
    world.container.stream.close(subscription)


async def test_one_look_serves_everybody(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "LOOK_SECONDS", 0.2)
    world = sqlite_world
    players = [await world.player(f"p{number}") for number in range(30)]
    stream = LiveStream(world.house, max_connections=100)
    for player in players:
        await stream.open(query(player, world), None)
    with counted(world.house) as count:
        await asyncio.sleep(1.0)
    await stream.stop()
    looks = [text for text in count.statements if "user_event_log" in text]
    assert 2 <= len(looks) <= 6
    assert len(count.statements) <= 3 * len(looks)


async def test_a_change_for_everybody_is_a_notice(
    served_sqlite: tuple[World, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_stream, "LOOK_SECONDS", 0.1)
    world, url = served_sqlite
    kim = await world.player("kim")
    async with listening(url, kim.headers) as ear:
        await until(lambda: world.container.stream._shown is not None)
        await world.sql("UPDATE feature_config SET is_enabled = 0 WHERE feature_type = 'DICE'")
        assert await ear.hears(1) == ["notice"]
        assert (ear.names, ear.ids) == (["notice"], [None])


async def test_a_process_that_is_told_to_stop_ends_its_streams_first(sqlite_url: str) -> None:
    """A server gives an answer under way 20 s to end; a stream doesn't end by itself."""
    settings = settings_for(sqlite_url)
    container = Container(settings)
    try:
        await seed_reference(container.house)
        token = await issue_token(
            container.house, container.keys, subject="kim", scopes=frozenset({"player"}), ttl_seconds=3600
        )
    finally:
        await container.close()
    with ExitStack() as stack:
        url = stack.enter_context(serve(settings, workers=1))
        async with listening(url, {"Authorization": f"Bearer {token}"}) as ear:
            assert ear.status == 200
            begun = time.monotonic()
            await asyncio.to_thread(stack.close)
            assert time.monotonic() - begun < 5
            assert ear.is_over, "ended, not broken off"
