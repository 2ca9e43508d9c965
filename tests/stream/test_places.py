"""A player's live streams are few and all together are bounded, whichever process they are on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from app.container import Container
from app.core.errors import AppError
from app.core.time_utils import FixedClock
from app.flows import live_stream
from app.flows.live_stream import LiveStream, Subscription
from app.flows.steps.stream_places import MAX_OF_ONE_PLAYER
from tests.fixtures import settings_for
from tests.stream.test_live_stream import query
from tests.world import Person, World, open_world

FEW = 6


@pytest.fixture
async def processes(
    database_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[World, list[LiveStream]]]:
    """A service, and the streams of three of its processes."""
    monkeypatch.setattr(live_stream, "TELL_SECONDS", 0.02)
    settings = settings_for(database_url, stream_connections_total=FEW)
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(settings, clock))
        others = [Container(settings, clock=clock) for _ in range(2)]
        for other in others:
            stack.push_async_callback(other.close)
        yield world, [world.container.stream, *(other.stream for other in others)]


async def attempt(stream: LiveStream, who: Person, world: World) -> Subscription | str:
    try:
        return await stream.open(query(who, world), None)
    except AppError as refusal:
        return refusal.code


async def test_of_many_at_once_on_three_processes_one_player_gets_four(
    processes: tuple[World, list[LiveStream]],
) -> None:
    world, streams = processes
    kim = await world.player("kim")
    told = await asyncio.gather(*(attempt(stream, kim, world) for stream in streams for _ in range(4)))
    opened = [one for one in told if isinstance(one, Subscription)]
    assert len(opened) == MAX_OF_ONE_PLAYER
    assert Counter(one for one in told if isinstance(one, str)) == {"RATE_LIMITED": 8}
    assert sum(stream.count for stream in streams) == MAX_OF_ONE_PLAYER, "a refusal takes no place"


async def test_the_sum_of_all_processes_is_bounded_and_what_ends_gives_its_place_back(
    processes: tuple[World, list[LiveStream]],
) -> None:
    world, streams = processes
    players = [await world.player(f"p{n}") for n in range(FEW + 1)]
    opened = []
    for number, player in enumerate(players[:FEW]):
        one = await attempt(streams[number % 3], player, world)
        assert isinstance(one, Subscription)
        opened.append((streams[number % 3], one))
    last = players[FEW]
    assert {await attempt(stream, last, world) for stream in streams} == {"BUSY"}
    stream, ended = opened[0]
    stream.close(ended)
    for _ in range(200):
        told = await attempt(streams[1], last, world)
        if isinstance(told, Subscription):
            break
        await asyncio.sleep(0.02)
    assert isinstance(told, Subscription)


async def test_a_process_that_is_killed_keeps_no_place(processes: tuple[World, list[LiveStream]]) -> None:
    world, streams = processes
    kim = await world.player("kim")
    for _ in range(MAX_OF_ONE_PLAYER):
        assert isinstance(await attempt(streams[1], kim, world), Subscription)
    assert await attempt(streams[0], kim, world) == "RATE_LIMITED"
    for task in streams[1]._tasks:  # it reports no more
        task.cancel()
    await world.sql("UPDATE live_streams SET seen_at = '2020-01-01 00:00:00.000000'")
    assert isinstance(await attempt(streams[0], kim, world), Subscription)
    for _ in range(100):  # and its rows go
        await streams[0]._places.tell({})
        if await world.rows("SELECT COUNT(*) FROM live_streams WHERE seen_at < '2021-01-01'") == [(0,)]:
            break
    assert await world.rows("SELECT streams FROM live_streams") == [(1,)]


async def test_a_process_that_stops_leaves_nothing(processes: tuple[World, list[LiveStream]]) -> None:
    world, streams = processes
    kim = await world.player("kim")
    assert isinstance(await attempt(streams[2], kim, world), Subscription)
    await streams[2].stop()
    assert await world.rows("SELECT COUNT(*) FROM live_streams") == [(0,)]
