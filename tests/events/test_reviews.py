"""What a reversal does not take back by itself waits for a person, who takes it or leaves it, once."""

from typing import Any

import pytest

from tests.admin.desk import Desk
from tests.bridge.campaigns import kst
from tests.events.host import activate, event, one, rule, send, xp
from tests.events.test_give_and_take import bought, fortune, stage, take
from tests.events.test_revocations import REVERSE, refund
from tests.goals.boards import run
from tests.goals.test_teams import AFTER as SEASON_OVER
from tests.world import World


async def reviews(desk: Desk, state: str = "OPEN") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.get("/reversals", state=state))["items"]
    return found


async def decide(desk: Desk, review: dict[str, Any], deed: str) -> dict[str, Any]:
    answer: dict[str, Any] = await desk.ok("POST", f"/reversals/{review['id']}/{deed}")
    return answer


async def test_a_rank_that_was_paid_waits_and_is_taken_back_with_a_debt(world: World) -> None:
    desk = await stage(world, "COUNT")
    await one(world, bought(1))
    world.clock.advance(days=1)
    await run(world, "leaderboard_close")
    await run(world, "leaderboard_close")
    ranks = "SELECT operation_id FROM reward_log WHERE source = 'BOARD' AND state = 'GRANTED' ORDER BY operation_id"
    paid = [row[0] for row in await world.rows(ranks)]
    assert len(paid) == 2, "of orders, and of the XP that a mission gave for them"
    effect = await take(world, 1)
    assert sorted(effect["waits_for_review"]) == paid
    for review, score in zip(sorted(await reviews(desk), key=lambda r: r["operation_id"]), (10, 20), strict=True):
        assert (review["kind"], review["external_id"], review["facts"]["score_less"]) == ("RANK", "kim", score)
        assert (await decide(desk, review, "take"))["taken"] == [review["operation_id"]]
    assert await world.rows(ranks) == []
    assert await desk.refused("POST", f"/reversals/{review['id']}/keep") == (409, "REVIEW_DECIDED")
    assert await desk.refused("POST", "/reversals/999/take") == (404, "NOT_FOUND")
    assert ([r["state"] for r in await reviews(desk, "TAKEN")], await reviews(desk)) == (["TAKEN"] * 2, [])
    assert not await world.differences()


async def test_a_team_that_was_paid_waits(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await stage(world, "COUNT")
    await one(world, bought(1))
    world.clock.set(SEASON_OVER)
    await run(world, "team_settlement")
    before = await fortune(world)
    effect = await take(world, 1)
    assert any(operation.startswith("TEAM:") for operation in effect["waits_for_review"])
    for review in await reviews(desk):
        assert (await decide(desk, review, "keep"))["taken"] == []
    team = ("TEAM", "POINT")
    assert [row for row in before["rewards"] if row[:2] == team] == [
        row for row in (await fortune(world))["rewards"] if row[:2] == team
    ]
    assert not await world.differences()


@pytest.mark.parametrize("deed", ["take", "keep"])
async def test_what_a_refunded_subscription_paid_waits_and_comes_once(world: World, deed: str) -> None:
    desk = await stage(world, "PREMIUM")
    await rule(world, "XP", xp(60), types=("study",))
    await one(world, event("s", "study"))
    without = await fortune(world)
    await one(world, bought(1))
    owned = await fortune(world)
    effect = await take(world, 1)
    assert effect["passes"] == ["GOLD"]
    (review,) = await reviews(desk)
    assert review["kind"] == "PREMIUM"
    answer = await decide(desk, review, deed)
    after = await fortune(world)
    if deed == "take":
        assert answer["taken"]
        assert after == without
    await one(world, bought(2))
    assert await fortune(world) == owned, "given once, whatever was decided"
    assert not await world.differences()


async def test_a_key_of_a_settled_bridge_waits(sqlite_world: World) -> None:
    world = sqlite_world
    desk = await stage(world, "BRIDGE_KEY")
    await one(world, bought(1))
    world.clock.set(kst(1, 1, 0, 10))
    await run(world, "bridge_closing")
    await run(world, "bridge_settlement")
    await take(world, 1)
    (review,) = await reviews(desk)
    assert (review["kind"], review["facts"]) == ("BRIDGE", {"key_event": "KEY_DAY_2_HOST_GOAL"})
    await decide(desk, review, "take")
    assert not await world.differences()


async def test_only_an_admin_decides(sqlite_world: World) -> None:
    support = await sqlite_world.token("sue", "support")
    await sqlite_world.ok("GET", "/api/admin/reversals", headers=support)
    body = {"reason": "a test"}
    refusal = await sqlite_world.code("POST", "/api/admin/reversals/1/take", json=body, headers=support)
    assert refusal == (403, "SCOPE_REQUIRED")


async def test_types_that_no_rule_names_are_listed_with_an_example(world: World) -> None:
    await rule(world, "R", xp(1), types=("known",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    for n in range(3):
        world.clock.advance(seconds=1)
        await one(world, event(n, "typo.known", n=n))
    await send(world, event(9, "known"), refund(8, "x"))
    admin = await world.token("boss", "admin")
    (found,) = (await world.ok("GET", "/api/admin/events/unknown", headers=admin))["items"]
    assert (found["host"], found["event_type"], found["count"], found["example"]) == ("main", "typo.known", 3, {"n": 2})
    await activate(world, "R", None)
    listed = (await world.ok("GET", "/api/admin/events/unknown", headers=admin))["items"]
    assert [(one["event_type"], one["count"]) for one in listed] == [("typo.known", 3), ("known", 1)]
    world.clock.advance(days=31)
    assert (await world.ok("GET", "/api/admin/events/unknown", headers=admin))["items"] == []
