"""Operators rename a team or close it; names of teams are one rule's, and the same on every server."""

import asyncio
from typing import Any

import pytest

from tests.admin.desk import newest_audit
from tests.goals.boards import paid, run
from tests.goals.missions import spin
from tests.goals.test_teams import AFTER, begin, join, make, ranks
from tests.world import Person, World


async def refused_name(world: World, person: Person, name: str) -> tuple[int, str]:
    return await world.code("POST", "/api/teams/CUP", json={"name": name}, headers=person.headers)


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("Snow Men", "snow  men"),
        ("눈사람", "눈사람"),
        ("CAFÉ", "café"),
        ("ＡＢＣ", "abc"),
        ("우리 팀", "우리\u3000팀"),
        ("straße", "STRASSE"),
        ("팀 ❤\ufe0f", "팀 ❤"),
    ],
)
async def test_a_name_that_people_take_for_another_is_taken(world: World, first: str, again: str) -> None:
    await begin(world)
    ann, bob = await world.player("ann"), await world.player("bob")
    await make(world, ann, first)
    assert await refused_name(world, bob, again) == (409, "NAME_TAKEN")


async def test_names_that_differ_are_two_and_unseen_signs_are_refused(world: World) -> None:
    await begin(world)
    people = [await world.player(f"p{n}") for n in range(5)]
    for person, name in zip(people, ("cafe", "café", "눈사람", "눈 사람", "👨‍👩‍👧 가족"), strict=True):
        await make(world, person, name)
    last = await world.player("last")
    for bad in ("erased:1\u2060", "a\u200bb", "\u202eabc", "a\u3164", "\u2800", "a\x07", "a\u200db", "\ufeff팀"):
        assert await refused_name(world, last, bad) == (422, "VALIDATION_ERROR"), repr(bad)
    assert not await world.differences()


async def test_a_team_is_renamed_with_a_reason(world: World) -> None:
    desk = await begin(world)
    ann, bob = await world.player("ann"), await world.player("bob")
    team = await make(world, ann, "rude")
    await make(world, bob, "nice")
    path = f"/team-contests/CUP/teams/{team}"
    await desk.ok("POST", f"{path}/rename", {"name": "  polite "})
    assert [line[1] for line in await ranks(world, ann)] == ["polite", "nice"]
    audit = await newest_audit(world)
    assert (audit["action"], audit["target"]) == ("TEAM_RENAMED", f"team:{team}")
    assert await desk.refused("POST", f"{path}/rename", {"name": "NICE"}) == (409, "NAME_TAKEN")
    assert await desk.refused("POST", f"{path}/rename", {"name": "x\u200b"}) == (422, "VALIDATION_ERROR")
    assert await desk.refused("POST", "/team-contests/CUP/teams/99/rename", {"name": "x"}) == (404, "TEAM_NOT_FOUND")
    await make(world, await world.player("cy"), "rude")


async def test_a_closed_team_has_no_rank_and_its_members_are_free(world: World) -> None:
    desk = await begin(world)
    ann, bob = await world.player("ann", ROULETTE_COIN=9), await world.player("bob", ROULETTE_COIN=9)
    bad, good = await make(world, ann, "bad"), await make(world, bob, "good")
    await spin(world, ann, 3)
    await spin(world, bob, 1)
    listed: list[dict[str, Any]] = (await desk.get("/team-contests/CUP/teams"))["items"]
    assert [(row["team_id"], row["score"], row["members"]) for row in listed] == [(bad, 3, 1), (good, 1, 1)]
    closed = await desk.ok("POST", f"/team-contests/CUP/teams/{bad}/close")
    assert (closed["members"], closed["score"]) == (1, 3)
    assert [line[1] for line in await ranks(world, bob)] == ["good"]
    late = await world.player("late")
    refusal = await world.code("POST", "/api/teams/CUP/join", json={"team_id": bad}, headers=late.headers)
    assert refusal == (404, "TEAM_NOT_FOUND")
    assert await desk.refused("POST", f"/team-contests/CUP/teams/{bad}/close") == (404, "TEAM_NOT_FOUND")
    await join(world, ann, good)
    world.clock.set(AFTER)
    await run(world, "team_settlement")
    assert await paid(world, "TEAM") == [(f"TEAM:CUP:{bob.id}", 50)]
    assert await desk.refused("POST", f"/team-contests/CUP/teams/{good}/close") == (409, "CONTEST_STATE")
    assert not await world.differences()


async def test_closing_beside_joins_leaves_nobody_in_a_closed_team(world: World) -> None:
    desk = await begin(world, size_limit=50)
    team = await make(world, await world.player("ann"), "busy")
    people = [await world.player(f"p{n}") for n in range(8)]
    join_it = {"json": {"team_id": team}}
    jobs = [world.client.post("/api/teams/CUP/join", headers=person.headers, **join_it) for person in people]
    await asyncio.gather(*jobs[:4], desk.send("POST", f"/team-contests/CUP/teams/{team}/close"), *jobs[4:])
    await desk.send("POST", f"/team-contests/CUP/teams/{team}/close")
    assert await world.rows("SELECT COUNT(*) FROM team_members") == [(0,)]
    assert not await world.differences()
