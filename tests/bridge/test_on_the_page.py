"""The bridge on the player's page: the card, the key of the last evening, and who may leave."""

import pytest

from tests.bridge.campaigns import counters, kst, open_reference, play
from tests.world import World


async def enter(world: World, name: str) -> None:
    token = (await world.token(name))["Authorization"].removeprefix("Bearer ")
    answer = await world.client.post("/enter", data={"token": token}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code < 400


async def test_the_front_page_shows_the_keys(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    world.clock.set(kst(12, 25, 12))
    player = await world.player("kim", ROULETTE_COIN=2)
    await enter(world, "kim")
    assert "slot-open" in (await world.client.get("/")).text
    await play(world, player)
    page = (await world.client.get("/")).text
    assert "slot-collected" in page
    assert "5,000" in page


async def test_without_a_campaign_there_is_no_card(sqlite_world: World) -> None:
    await sqlite_world.player("kim")
    await enter(sqlite_world, "kim")
    assert "bridge-title" not in (await sqlite_world.client.get("/")).text


async def test_time_alone_is_no_news(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    world.clock.set(kst(12, 25, 12))
    await world.player("kim")
    await enter(world, "kim")
    first = (await world.client.get("/live")).json()["digest"]
    world.clock.set(kst(12, 25, 12, 0, 7))
    assert (await world.client.get("/live")).json()["digest"] == first


@pytest.mark.parametrize(("hour", "keys"), [(22, 0), (23, 1)])
async def test_a_look_at_the_page_is_being_there(sqlite_world: World, hour: int, keys: int) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim")
    world.clock.set(kst(12, 31, hour, 30))
    await enter(world, "kim")
    await world.client.get("/")
    assert await counters(world, player.id) == (keys, keys * 5_000)


async def test_a_blocked_player_can_still_leave_on_the_last_evening(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim")
    world.clock.set(kst(12, 31, 23, 30))
    await enter(world, "kim")
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :u", u=player.id)
    left = await world.client.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"})
    assert left.status_code == 303, left.text
