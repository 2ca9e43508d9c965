"""A name names one event for ever: the same event again is a duplicate, another one under its name is told apart."""

from typing import Any

import pytest

from tests.events.host import balance, event, one, points, rule, send
from tests.world import World

T = "2025-12-10T11:00:00+09:00"
FIRST = event(1, "t", "kim", time=T, amount=5, shop={"a": 1, "b": [1, 2]})


async def pays(world: World) -> None:
    await rule(world, "R", points(100))


@pytest.mark.parametrize(
    "other",
    [
        FIRST | {"data": {"amount": 6, "shop": {"a": 1, "b": [1, 2]}}},
        FIRST | {"data": {"amount": 5, "shop": {"a": 1, "b": [2, 1]}}},
        FIRST | {"data": {"amount": "5", "shop": {"a": 1, "b": [1, 2]}}},
        FIRST | {"data": {}},
        FIRST | {"type": "other"},
        FIRST | {"subject": "lee"},
        FIRST | {"time": "2025-12-10T11:00:01+09:00"},
        {name: value for name, value in FIRST.items() if name != "time"},
    ],
)
@pytest.mark.parametrize("in_one_call", [True, False])
async def test_another_event_under_a_used_id_is_a_conflict(
    sqlite_world: World, other: dict[str, Any], in_one_call: bool
) -> None:
    world = sqlite_world
    await pays(world)
    first = None if in_one_call else await one(world, FIRST)
    answer = await send(world, FIRST, other) if in_one_call else await send(world, other)
    result = answer["results"][-1]
    assert (answer["rejected"], answer["duplicate"]) == (1, 0)
    assert (result["status"], result["code"], result["effects"]) == ("conflict", "EVENT_CONFLICT", [])
    assert result["event_id"] == (first or answer["results"][0])["event_id"]
    assert (await balance(world, "kim"), await balance(world, "lee")) == (100, 0)
    admin = await world.token("boss", "admin")
    (row,) = (await world.ok("GET", "/api/admin/events/rejected", headers=admin))["items"]
    assert (row["code"], row["event_id"]) == ("EVENT_CONFLICT", "e-1")
    assert row["document"]["data"] == other.get("data")
    assert not await world.differences()


@pytest.mark.parametrize(
    "again",
    [
        FIRST,
        FIRST | {"data": {"shop": {"b": [1, 2], "a": 1}, "amount": 5}},
        FIRST | {"data": {"amount": 5.0, "shop": {"a": 1.0, "b": [1, 2]}}},
        FIRST | {"time": "2025-12-10T02:00:00Z"},
        FIRST | {"traceparent": "00-1-1-01"},
    ],
)
async def test_the_same_event_written_otherwise_is_a_duplicate(world: World, again: dict[str, Any]) -> None:
    await pays(world)
    first = await one(world, FIRST)
    result = await one(world, again)
    assert (result["status"], result["event_id"]) == ("duplicate", first["event_id"])
    assert await balance(world, "kim") == 100


async def test_an_event_without_a_time_is_the_same_whenever_it_is_sent(sqlite_world: World) -> None:
    await pays(sqlite_world)
    await one(sqlite_world, event(1, "t"))
    sqlite_world.clock.advance(hours=3)
    assert (await one(sqlite_world, event(1, "t")))["status"] == "duplicate"


async def test_events_from_before_fingerprints_are_compared_by_what_is_stored(world: World) -> None:
    await pays(world)
    await one(world, FIRST)
    await world.sql("UPDATE host_events SET fingerprint = NULL")
    assert (await one(world, FIRST | {"data": {"shop": {"b": [1, 2], "a": 1}, "amount": 5}}))["status"] == "duplicate"
    for other in (FIRST | {"data": {"amount": 6}}, FIRST | {"type": "other"}, FIRST | {"subject": "lee"}):
        assert (await one(world, other))["status"] == "conflict"
    await world.sql("UPDATE host_events SET data = '{}'")  # its player was erased: nothing can be told apart
    assert (await one(world, FIRST | {"subject": "lee"}))["status"] == "duplicate"
