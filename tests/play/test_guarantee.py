"""A guarantee after N dry plays: counted per player, shown in the odds, kept through versions."""

from itertools import pairwise
from typing import Any

import pytest

from app.domain.reference import ROULETTE
from app.flows.replay_play import replay_play
from tests.play.prizes import lottery, prize
from tests.world import Person, World, key

ODDS = "/api/lottery/odds"


def rare(after: int, **more: Any) -> dict[str, Any]:
    """Prize 1 practically never comes by itself."""
    prizes = (prize(1, weight=1, points=500, **more), prize(2, weight=1_000_000_000))
    return lottery(*prizes, guarantee={"after": after, "prizes": [1]})


async def draw(world: World, player: Person, times: int) -> list[dict[str, Any]]:
    return [await world.ok("POST", "/api/lottery/play", headers=player.headers | key()) for _ in range(times)]


async def test_the_play_after_three_dry_ones_is_sure(world: World) -> None:
    await world.configure("lottery", rare(3))
    player, other = await world.player("kim", LOTTERY_TICKET=20), await world.player("lee", LOTTERY_TICKET=1)
    answers = await draw(world, player, 8)
    assert [answer["prize"]["id"] for answer in answers] == [2, 2, 2, 1, 2, 2, 2, 1]
    assert (await draw(world, other, 1))[0]["prize"]["id"] == 2, "the count is each player's own"
    for answer in answers:
        assert (await replay_play(world.house, answer["play_id"]))["matches"]


async def test_the_odds_say_what_holds_for_everybody_and_what_holds_for_you(world: World) -> None:
    await world.configure("lottery", rare(3))
    player = await world.player("kim", LOTTERY_TICKET=20)
    total = 1_000_000_001
    for played in range(4):
        odds = await world.ok("GET", ODDS, headers=player.headers)
        assert odds["guarantee"] == {"after": 3, "prizes": [1]}
        assert odds["prizes"][0]["probability"] == 1 / total
        assert odds["prizes"][0]["long_run_probability"] == pytest.approx(0.25, rel=1e-6)
        mine = odds["yours"]
        assert mine["plays_until_guarantee"] == 3 - played
        assert mine["prizes"][0]["probability"] == (1.0 if played == 3 else 1 / total)
        await draw(world, player, 1)
    assert (await world.ok("GET", ODDS, headers=player.headers))["yours"]["plays_until_guarantee"] == 3


async def test_the_count_goes_on_through_versions_that_have_a_guarantee(world: World) -> None:
    player = await world.player("kim", LOTTERY_TICKET=20)
    await world.configure("lottery", rare(5))
    await draw(world, player, 4)
    await world.configure("lottery", rare(4))
    assert (await draw(world, player, 1))[0]["prize"]["id"] == 1


async def test_a_guarantee_that_is_sold_out_is_kept_after_a_restock(world: World) -> None:
    await world.configure("lottery", rare(1, stock=0))
    player = await world.player("kim", LOTTERY_TICKET=20)
    assert [answer["prize"]["id"] for answer in await draw(world, player, 4)] == [2] * 4
    admin = await world.token("boss", "admin") | {"If-Match": '"1"'}
    body = {"units": 1, "reason": "more"}
    await world.ok("POST", "/api/admin/games/lottery/stock/1/restock", json=body, headers=admin | key())
    answers = await draw(world, player, 2)
    assert [answer["prize"]["id"] for answer in answers] == [1, 2]
    for answer in answers:
        assert (await replay_play(world.house, answer["play_id"]))["matches"]
    assert not await world.differences()


async def test_a_wheel_may_guarantee_slots_too(world: World) -> None:
    await world.configure("roulette", ROULETTE | {"guarantee": {"after": 1, "prizes": [5]}})
    player = await world.player("kim", ROULETTE_COIN=20)
    slots = []
    for _ in range(8):
        answer = await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
        slots.append(answer["segment"]["slot_index"])
    assert all(5 in pair for pair in pairwise(slots))


@pytest.mark.parametrize("bearer", ["none", "garbage", "admin", "blocked"])
async def test_whoever_is_no_player_reads_the_public_odds(sqlite_world: World, bearer: str) -> None:
    world = sqlite_world
    blocked = await world.player("blocked")
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :id", id=blocked.id)
    headers = {
        "none": {},
        "garbage": {"Authorization": "Bearer x.y.z"},
        "admin": await world.token("boss", "admin"),
        "blocked": blocked.headers,
    }[bearer]
    odds = await world.ok("GET", ODDS, headers=headers)
    assert odds["prizes"] and "yours" not in odds
