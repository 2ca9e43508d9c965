"""A place in a team goes over in a merge, with its score; nothing is counted or paid twice."""

from tests.goals.boards import paid, run
from tests.goals.missions import spin
from tests.goals.test_teams import AFTER, begin, join, make, ranks
from tests.people.accounts import forget, merge, refused
from tests.world import Person, World

PLACES = "SELECT user_id, team_id, score, counted_today FROM team_members ORDER BY user_id"


async def settle(world: World) -> None:
    world.clock.set(AFTER)
    await run(world, "team_settlement")


async def test_the_place_goes_over_with_its_score_and_the_player_is_paid_once(world: World) -> None:
    await begin(world)
    old, new = await world.player("old", ROULETTE_COIN=9), await world.player("new", ROULETTE_COIN=9)
    team = await make(world, old, "눈")
    await spin(world, old, 2)
    preview = await merge(world, "old", "new", preview=True)
    assert preview["is_changed"]
    assert await world.rows(PLACES) == [(old.id, team, 2, 2)], "a preview moves no place"
    await merge(world, "old", "new")
    assert await world.rows(PLACES) == [(new.id, team, 2, 2)]
    assert await ranks(world, new) == [(1, "눈", 2, 1)]
    await spin(world, new, 3)
    assert await world.rows(PLACES) == [(new.id, team, 3, 3)], "the cap of the day goes on"
    assert not await world.differences()
    await settle(world)
    assert await paid(world, "TEAM") == [(f"TEAM:CUP:{new.id}", 50)]
    assert not await world.differences()


async def test_two_places_in_one_team_become_one_and_leave_room_for_somebody_else(world: World) -> None:
    await begin(world)
    old, new, ann = [await world.player(name, ROULETTE_COIN=9) for name in ("old", "new", "ann")]
    team = await make(world, old, "눈")
    await join(world, new, team)
    assert await world.code("POST", "/api/teams/CUP/join", json={"team_id": team}, headers=ann.headers) == (
        409,
        "TEAM_FULL",
    )
    await spin(world, old, 2)
    world.clock.advance(days=1)
    old, new, ann = [Person(one.id, one.name, await world.token(one.name)) for one in (old, new, ann)]
    await spin(world, old, 1)
    await spin(world, new, 1)
    await merge(world, "old", "new")
    assert await world.rows(PLACES) == [(new.id, team, 4, 2)], "what both added this day is one player's day"
    forget(world)
    await spin(world, new, 4)
    assert await world.rows(PLACES) == [(new.id, team, 5, 3)]
    await join(world, ann, team)
    assert await ranks(world, ann) == [(1, "눈", 5, 2)]
    await settle(world)
    assert await paid(world, "TEAM") == [(f"TEAM:CUP:{new.id}", 50)]
    assert not await world.differences()


async def test_in_two_teams_each_keeps_its_score_and_only_the_player_who_goes_on_is_paid(world: World) -> None:
    everybody = [{"from_rank": 1, "to_rank": 2, "rewards": [{"reward_type": "POINT", "reward_amount": 50}]}]
    await begin(world, rank_rewards=everybody)
    old, new = await world.player("old", ROULETTE_COIN=9), await world.player("new", ROULETTE_COIN=9)
    snow, ice = await make(world, old, "눈"), await make(world, new, "얼음")
    await spin(world, old, 3)
    await spin(world, new, 1)
    await merge(world, "old", "new")
    assert await world.rows(PLACES) == [(old.id, snow, 3, 3), (new.id, ice, 1, 1)]
    forget(world)
    await spin(world, Person(new.id, "old", await world.token("old")))
    assert await ranks(world, new) == [(1, "눈", 3, 1), (2, "얼음", 2, 1)]
    await settle(world)
    assert await paid(world, "TEAM") == [(f"TEAM:CUP:{new.id}", 50)]
    assert not await world.differences()


async def test_a_contest_that_is_over_is_settled_before_its_members_are_merged(world: World) -> None:
    desk = await begin(world)
    old = await world.player("old", ROULETTE_COIN=9)
    await world.player("new")
    await make(world, old, "눈")
    await spin(world, old)
    world.clock.set(AFTER)
    assert await refused(world, "merge", "old", into="new") == (409, "MERGE_NOT_NOW"), "over, its job to come"
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": False}, version="*")
    await run(world, "team_settlement")
    assert await world.rows("SELECT state FROM team_contests") == [("FROZEN",)]
    for source, into in (("old", "new"), ("new", "old")):
        assert await refused(world, "merge", source, into=into) == (409, "MERGE_NOT_NOW"), "its ranks stand, unpaid"
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": True}, version="*")
    await run(world, "team_settlement")
    assert await paid(world, "TEAM") == [(f"TEAM:CUP:{old.id}", 50)]
    assert (await merge(world, "old", "new"))["moved"]["POINT"] == 50
    assert not await world.differences()
