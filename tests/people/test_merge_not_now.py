"""While something that either account has a part in is being settled, nothing is merged; afterwards it is."""

from tests.bridge.campaigns import add_new_season, collect_all, kst, open_reference, tick_all
from tests.goals.boards import begin, board, paid, run
from tests.goals.missions import spin
from tests.people.accounts import balance, merge, refused
from tests.world import World

NOT_NOW = (409, "MERGE_NOT_NOW")


async def is_refused_both_ways(world: World) -> bool:
    """Whichever of the two has the part that is being settled."""
    answers = [await refused(world, "merge", source, into=into) for source, into in (("old", "new"), ("new", "old"))]
    return answers == [NOT_NOW, NOT_NOW]


async def test_a_rank_that_stands_is_paid_before_its_player_is_merged(world: World) -> None:
    desk = await begin(world, board())
    old, new = await world.player("old", ROULETTE_COIN=3), await world.player("new")
    await spin(world, old)
    world.clock.advance(days=1)
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": False}, version="*")
    await run(world, "leaderboard_close")
    assert await world.rows("SELECT state FROM leaderboard_results") == [("WAITING",)]
    assert await is_refused_both_ways(world)
    await desk.ok("PATCH", "/features/RANKING", {"is_enabled": True}, version="*")
    await run(world, "leaderboard_close")
    assert [amount for _, amount in await paid(world)] == [100]
    await merge(world, "old", "new")
    assert await balance(world, new) == 100
    assert not await world.differences()


async def test_keys_are_settled_and_the_level_given_before_their_player_is_merged(world: World) -> None:
    await open_reference(world)
    old, new = await world.player("old", ROULETTE_COIN=50), await world.player("new")
    await collect_all(world, old)
    won = await balance(world, old)
    world.clock.set(kst(1, 1, 0, 9))
    await tick_all(world)
    assert await world.rows("SELECT state FROM bridge_campaigns") == [("CLOSING",)]
    assert await is_refused_both_ways(world), "its keys are being counted"
    world.clock.set(kst(1, 1, 0, 10))
    await tick_all(world)
    assert await world.rows("SELECT level_state FROM bridge_settlements") == [("PENDING",)]
    assert await is_refused_both_ways(world), "the level waits for the new season"
    await add_new_season(world.house)
    world.clock.set(kst(1, 2, 9))
    for _ in range(2):
        await tick_all(world)
    assert await world.rows("SELECT level_state FROM bridge_settlements") == [("PAID",)]
    await merge(world, "old", "new")
    assert await balance(world, new) == won + 35_000
    assert not await world.differences()
