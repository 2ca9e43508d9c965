"""The campaign's edges: the last moment, the closing door, blocked players, and requests that must cost nothing."""

import asyncio

import pytest

from app.core.time_utils import FixedClock, kst_date
from app.domain.event_names import Feature
from app.domain.records import Changes
from app.domain.worth import Approval
from app.flows.settle_bridge import close_bridge
from app.flows.steps.collect_keys import collect_host_key
from app.flows.steps.decision import Decision
from app.flows.steps.save_changes import save_changes
from app.services import Services
from app.services.player_state import Wanted
from tests.bridge.campaigns import (
    CODE,
    GOAL,
    add_new_season,
    balance,
    bridge,
    campaign,
    counters,
    host_goal,
    kst,
    one_play,
    open_campaign,
    open_reference,
    play,
    tick_all,
)
from tests.fixtures import settings_for
from tests.statements import counted
from tests.world import World, key, open_world

PLAY, ME = "/api/roulette/play", "/api/me"


@pytest.mark.parametrize(
    ("second", "keys"),
    [(-1, 0), (0, 1), (3_599.999999, 1), (3_600, 0)],
    ids=["22:59:59", "23:00:00", "23:59:59.999999", "00:00:00"],
)
async def test_presence_counts_from_23_to_midnight(sqlite_world: World, second: float, keys: int) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim")
    world.clock.set(kst(12, 31, 23, 0, second))
    for _ in range(3):
        await world.ok("GET", ME, headers=player.headers)
    assert await counters(world, player.id) == (keys, keys * 5_000)


async def test_a_request_a_moment_before_midnight_lands_although_its_transaction_begins_after(world: World) -> None:
    await open_reference(world)
    player = await world.player("kim")
    last_moment = kst(12, 31, 23, 59, 59.9)
    world.clock.set(last_moment)
    lane = world.container.presence.lane
    submit = lane.submit

    async def late(command: object) -> object:
        world.clock.set(kst(1, 1, 0, 0, 0.4))
        return await submit(command)  # type: ignore[arg-type]

    lane.submit = late  # type: ignore[method-assign, assignment]
    await world.ok("GET", ME, headers=player.headers)
    assert await world.rows("SELECT event_type, key_date FROM bridge_keys") in (
        [("KEY_DAY_7_LAST_LOGIN", "2025-12-31")], [("KEY_DAY_7_LAST_LOGIN", last_moment.date())],
    )  # fmt: skip


async def test_after_the_door_is_closed_a_play_goes_on_and_earns_no_key(world: World) -> None:
    await open_campaign(world.house, one_play(start_date="2025-12-25"))
    player = await world.player("kim", ROULETTE_COIN=5)
    world.clock.set(kst(12, 25))
    await close_bridge(world.house, CODE)
    await play(world, player, 1)
    assert await counters(world, player.id) == (0, 0)


async def test_500_plays_race_the_closing_door_and_nothing_is_lost(mariadb_url: str, clock: FixedClock) -> None:
    """While 500 plays of 100 players are under way the door closes and the settlement runs."""
    # whole minutes: on a busy machine the last of 500 waits longer than a client would
    settings = settings_for(mariadb_url, db_budget_seconds=100, db_pool_timeout_seconds=100)
    async with open_world(settings, clock) as world:
        await open_campaign(world.house, one_play())
        players = [await world.player(f"p{n}", ROULETTE_COIN=5) for n in range(100)]
        clock.set(kst(12, 25, 23, 59, 59.9))

        async def request(index: int) -> int:
            headers = players[index % len(players)].headers | key()
            return (await world.client.post(PLAY, headers=headers)).status_code

        plays = [asyncio.create_task(request(index)) for index in range(500)]
        await asyncio.wait(plays, return_when=asyncio.FIRST_COMPLETED)
        await close_bridge(world.house, CODE)
        held = (await world.rows("SELECT COUNT(*) FROM bridge_keys"))[0][0]
        assert held > 0, "some were before the door"
        assert not all(task.done() for task in plays), "and some behind it"
        assert await asyncio.gather(*plays) == [200] * 500
        assert (await world.rows("SELECT COUNT(*) FROM bridge_keys"))[0][0] == held, "none came after it"
        clock.set(kst(12, 26, 0, 10))
        await tick_all(world)
        assert await world.rows("SELECT COUNT(*), SUM(points_paid) FROM bridge_settlements") == [(held, held * 5_000)]
        assert await world.rows("SELECT state FROM bridge_campaigns WHERE code = :c", c=CODE) == [("SETTLED",)]
        assert not await world.differences()


async def test_a_key_is_collected_once_however_many_plays_race_for_it(mariadb_world: World) -> None:
    world = mariadb_world
    await open_reference(world)
    player = await world.player("kim", ROULETTE_COIN=30)
    world.clock.set(kst(12, 25))
    responses = await asyncio.gather(
        *(world.client.post(PLAY, headers=player.headers | key()) for _ in range(20))
    )  # fmt: skip
    assert {response.status_code for response in responses} == {200}
    assert await counters(world, player.id) == (1, 5_000)
    assert not await world.differences()


async def test_plays_before_the_campaign_was_opened_count_for_its_day(sqlite_world: World) -> None:
    world = sqlite_world
    player = await world.player("kim", ROULETTE_COIN=30)
    world.clock.set(kst(12, 25))
    await play(world, player, 4)
    await open_reference(world)
    assert (await bridge(world, player))["slots"][0]["progress"] == 2
    await play(world, player, 1)
    assert await counters(world, player.id) == (1, 5_000)


async def test_a_stopped_bridge_collects_nothing_and_the_play_goes_on(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim", ROULETTE_COIN=30)
    world.clock.set(kst(12, 25))
    ops = await world.token("ops", "ops")
    stop = {"is_enabled": False, "reason": "something is wrong"}
    await world.ok("PATCH", "/api/admin/features/BRIDGE", json=stop, headers=ops | {"If-Match": "*"})
    await play(world, player, 2)
    assert await counters(world, player.id) == (0, 0)
    await world.ok(
        "PATCH", "/api/admin/features/BRIDGE", json=stop | {"is_enabled": True}, headers=ops | {"If-Match": "*"}
    )
    await play(world, player, 1)
    assert await counters(world, player.id) == (1, 5_000)


async def test_a_stopped_bridge_settles_nobody_until_it_is_open_again(sqlite_world: World) -> None:
    world = sqlite_world
    await open_campaign(world.house, one_play())
    player = await world.player("kim", ROULETTE_COIN=5)
    world.clock.set(kst(12, 25))
    await play(world, player, 1)
    before = await balance(world, player.id)
    world.clock.set(kst(12, 26, 9))
    await world.sql("UPDATE feature_config SET is_enabled = 0 WHERE feature_type = 'BRIDGE'")
    await tick_all(world)
    assert await balance(world, player.id) == before
    await world.sql("UPDATE feature_config SET is_enabled = 1 WHERE feature_type = 'BRIDGE'")
    await tick_all(world)
    assert await balance(world, player.id) == before + 5_000


async def test_a_blocked_player_collects_by_host_events_and_gets_nothing_at_once(sqlite_world: World) -> None:
    world = sqlite_world
    reward = [{"reward_type": "TOKEN", "reward_amount": 3, "token_type": "ROULETTE_COIN"}]
    goal = {"event_type": "KEY_DAY_1_GOAL", "mission": {"kind": "HOST_EVENT", "host_event_type": GOAL}}
    await open_campaign(world.house, one_play(slots=[goal | {"rewards": reward}]))
    player = await world.player("kim")
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :id", id=player.id)
    world.clock.set(kst(12, 25))
    assert await host_goal(world, player.id) == "KEY_DAY_1_GOAL"
    assert await host_goal(world, player.id, event_id="2") is None
    assert await counters(world, player.id) == (1, 5_000)
    assert await balance(world, player.id, "ROULETTE_COIN") == 0
    assert await world.code("GET", ME, headers=player.headers) == (403, "USER_BLOCKED")


async def test_a_late_host_event_counts_for_its_own_day_while_the_campaign_is_open(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim")
    world.clock.set(kst(12, 28))

    async def arrive(day: int, keepers: Services) -> str | None:
        now = world.clock.now()
        rules = await keepers.rule_book.in_force([Feature.BRIDGE], kst_date(now))
        wanted = Wanted(wallets=True, bridges=rules.bridge_ids)
        state = (await keepers.player.lock([player.id], wanted))[player.id]
        decision = Decision(state, Changes(), now, kst_date(now), None, Approval(10_000), None)
        on = kst_date(kst(12, day))
        collected = collect_host_key(decision, rules, host_event_type=GOAL, cause=f"EVENT:late:{day}", on=on)
        await save_changes(keepers, decision.changes)
        return collected

    assert await world.house.write(lambda keepers: arrive(26, keepers)) == "KEY_DAY_2_HOST_GOAL"
    assert await world.house.write(lambda keepers: arrive(27, keepers)) is None
    await close_bridge(world.house, CODE)
    assert await world.house.write(lambda keepers: arrive(30, keepers)) is None
    assert await counters(world, player.id) == (1, 5_000)


async def test_a_play_and_a_request_cost_nothing_more_without_a_bridge(sqlite_world: World) -> None:
    world = sqlite_world
    wins = [
        {"slot_index": n, "label": "30", "weight": 1, "reward_type": "POINT", "reward_amount": 30} for n in range(6)
    ]
    await world.configure("roulette", {"name": "every play alike", "segments": wins})
    player = await world.player("kim", ROULETTE_COIN=30)
    await play(world, player, 1)
    await world.ok("GET", ME, headers=player.headers)
    with counted(world.house) as without:
        await world.ok("POST", PLAY, headers=player.headers | key())
        await world.ok("GET", ME, headers=player.headers)
    await open_campaign(world.house, campaign(start_date="2025-12-10", settles_at="2025-12-17T00:10:00+09:00"))
    await world.ok("GET", ME, headers=player.headers)
    await play(world, player, 2)
    assert await counters(world, player.id) == (1, 5_000)
    with counted(world.house) as with_one:
        await world.ok("POST", PLAY, headers=player.headers | key())
        await world.ok("GET", ME, headers=player.headers)
    assert len(with_one.statements) == len(without.statements)


async def test_presence_costs_one_read_a_minute_and_one_command_a_player(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    player = await world.player("kim")
    world.clock.set(kst(12, 31, 17, 59, 59))
    await world.ok("GET", ME, headers=player.headers)
    with counted(world.house) as by_day:
        await world.ok("GET", ME, headers=player.headers)
    world.clock.set(kst(12, 31, 23, 30))
    await world.ok("GET", ME, headers=player.headers)
    with counted(world.house) as later:
        await world.ok("GET", ME, headers=player.headers)
    assert len(later.statements) == len(by_day.statements)


async def test_the_status_asks_two_things_whether_a_bridge_runs_or_not(sqlite_world: World) -> None:
    world = sqlite_world
    await open_reference(world)
    await add_new_season(world.house)
    player = await world.player("kim", ROULETTE_COIN=9)
    world.clock.set(kst(12, 25))
    for path in ("/api/season-pass/status", "/api/bridge/status"):
        await world.ok("GET", path, headers=player.headers)
        with counted(world.house) as count:
            await world.ok("GET", path, headers=player.headers)
        assert len(count.statements) == 2
