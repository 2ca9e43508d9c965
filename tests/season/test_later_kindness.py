"""What an operator makes easier reaches those who were there before: a paused day, a lowered target."""

from __future__ import annotations

from typing import Any

import pytest

from tests.admin.desk import desk_of
from tests.admin.season_bodies import body_of
from tests.fixtures import NOON
from tests.goals.missions import BLANKS, COIN, begin, coins, mission, spin, stands
from tests.season.rich import begin as begin_season
from tests.season.rich import points
from tests.season.test_options import BARE, STAMP, STATUS
from tests.world import Person, World

STREAK: dict[str, Any] = {
    "freezes_at_start": 0, "freeze_cap": 3,
    "milestones": [{"days": 3, "rewards": [points(30)]}, {"days": 4, "rewards": [points(40)]}],
}  # fmt: skip


async def stamp(world: World, player: Person, day: int) -> dict[str, Any]:
    world.clock.set(NOON.replace(day=day))
    step: dict[str, Any] = (await world.ok("POST", STAMP, headers=player.headers))["streak"]
    return step


async def test_a_day_that_is_paused_later_breaks_nobody_who_stamped_since(world: World) -> None:
    _, season = await begin_season(world, **BARE | {"streak": STREAK})
    admin = await desk_of(world, "kim@example.com", "admin")
    player = await world.player("kim")
    assert [(await stamp(world, player, day))["days"] for day in (9, 10, 12)] == [1, 2, 1], "the 11th was an outage"
    path = f"/seasons/{season}"
    body = body_of(await admin.get(path))
    await admin.ok("PUT", path, body | {"streak": body["streak"] | {"paused_days": ["2025-12-11"]}}, version="*")
    shown = (await world.ok("GET", STATUS, headers=player.headers))["streak"]
    assert (shown["days"], shown["best"]) == (3, 3), "at once, without another stamp"
    step = await stamp(world, player, 13)
    assert (step["days"], [one["days"] for one in step["milestones"]]) == (4, [3, 4]), "each milestone once"
    assert (await stamp(world, player, 14))["milestones"] == []
    assert not await world.differences()


async def test_a_freeze_that_a_paused_day_took_comes_back(world: World) -> None:
    _, season = await begin_season(world, **BARE | {"streak": STREAK | {"freezes_at_start": 1}})
    admin = await desk_of(world, "kim@example.com", "admin")
    player = await world.player("kim")
    assert [(await stamp(world, player, day))["freezes"] for day in (9, 11)] == [1, 0]
    body = body_of(await admin.get(f"/seasons/{season}"))
    paused = body | {"streak": body["streak"] | {"paused_days": ["2025-12-10"]}}
    await admin.ok("PUT", f"/seasons/{season}", paused, version="*")
    assert (await world.ok("GET", STATUS, headers=player.headers))["streak"]["freezes"] == 1
    assert (await stamp(world, player, 13))["days"] == 3, "the freeze is there for the 12th"


@pytest.mark.parametrize("claim", ["AUTO", "MANUAL"])
async def test_a_lowered_target_completes_what_was_done_already(world: World, claim: str) -> None:
    desk = await begin(world, mission(target=10, claim=claim))
    player = await world.player("kim", ROULETTE_COIN=20)
    await spin(world, player, 6)
    await desk.ok("PUT", "/missions/SPINS", mission(target=5, claim=claim), version=1)
    assert await stands(world, player, "SPINS") == (6, 1, 0, "CLAIMABLE")
    before = await coins(world, player)
    answer = await world.ok("POST", "/api/missions/claim", json={"mission": "SPINS"}, headers=player.headers)
    assert (answer[0]["rewards"], await coins(world, player)) == ([COIN], before + 2)
    again = await world.code("POST", "/api/missions/claim", json={"mission": "SPINS"}, headers=player.headers)
    assert again == (400, "REWARD_ALREADY_CLAIMED")
    await spin(world, player, 1)
    assert await coins(world, player) == before + 1, "the next play pays nothing twice"
    assert await stands(world, player, "SPINS") == (6, 1, 1, "DONE")
    assert not await world.differences()


async def test_a_lowered_target_pays_by_itself_with_the_next_count(world: World) -> None:
    desk = await begin(world, mission(target=10))
    player = await world.player("kim", ROULETTE_COIN=20)
    await spin(world, player, 6)
    await desk.ok("PUT", "/missions/SPINS", mission(target=5), version=1)
    await world.configure("roulette", BLANKS)
    await spin(world, player, 1)
    assert await stands(world, player, "SPINS") == (6, 1, 1, "DONE")
    assert await coins(world, player) == 20 - 7 + 2
    assert not await world.differences()
