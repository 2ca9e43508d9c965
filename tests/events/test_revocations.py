"""A host takes an event back: what it gave goes, as far as it is still there; what comes late gives nothing."""

from typing import Any

import pytest

from tests.events.host import balance, event, one, points, rule, send, xp, xp_of
from tests.season.rich import begin
from tests.season.test_premium import PLAIN
from tests.world import World

REVERSE: dict[str, Any] = {"kind": "REVERSE", "event_id": "data.order"}


def refund(number: int | str, order: str, subject: str = "kim") -> dict[str, Any]:
    return event(number, "refund", subject, order=order)


async def shop(world: World) -> None:
    """Purchases pay XP and points, refunds take them back."""
    await rule(world, "BOUGHT", xp(30), points(500), types=("purchase",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))


async def test_a_refund_takes_back_what_the_purchase_gave_once(world: World) -> None:
    await shop(world)
    await send(world, event(1, "purchase"), event(2, "purchase"))
    result = await one(world, refund(3, "e-1"))
    (effect,) = result["effects"]
    # 60 XP were level 2, which needs 50: it goes, with what it paid
    assert (effect["xp"], [reward["state"] for reward in effect["rewards"]]) == (30, ["REVERSED"])
    assert (effect["levels_lost"], len(effect["rewards_lost"])) == ([2], 1)
    assert (await xp_of(world, "kim"), await balance(world, "kim")) == (30, 500)
    again = await send(world, refund(3, "e-1"), refund(4, "e-1"))
    assert [r["status"] for r in again["results"]] == ["duplicate", "accepted"]
    assert again["results"][1]["effects"][0]["skipped"] == "EVENT_REVOKED"
    assert await balance(world, "kim") == 500
    assert not await world.differences()


async def test_a_refund_is_not_refunded_and_says_so(sqlite_world: World) -> None:
    await shop(sqlite_world)
    await send(sqlite_world, event(1, "purchase"), event(5, "purchase"))
    await one(sqlite_world, refund(2, "e-1"))
    answer = await one(sqlite_world, refund(3, "e-2"))
    assert (answer["status"], answer["reason"]) == ("accepted", "not_given")
    assert [(effect["event"], effect["skipped"]) for effect in answer["effects"]] == [("e-2", "IS_REVERSAL")]
    assert await balance(sqlite_world, "kim") == 500, "what the first refund took stays taken"
    assert (await one(sqlite_world, refund(4, "e-1")))["effects"][0]["skipped"] == "EVENT_REVOKED"
    assert not await sqlite_world.differences()


async def test_what_was_spent_is_owed_and_says_so(sqlite_world: World) -> None:
    world = sqlite_world
    await shop(world)
    await send(world, event(1, "purchase"))
    admin = await world.token("boss", "admin")
    body = {"external_id": "kim", "token_type": "POINT", "amount": 1, "reason": "test"}
    await world.ok("POST", "/api/admin/wallets/revoke", json=body, headers=admin | {"Idempotency-Key": "k"})
    (effect,) = (await one(world, refund(2, "e-1")))["effects"]
    assert (effect["rewards"][0]["owed"], effect["owed"]) == (1, {"POINT": 1})
    assert await balance(world, "kim") == 0
    assert await world.rows("SELECT debt FROM wallets WHERE token_type = 'POINT'") == [(1,)]
    assert not await world.differences()


@pytest.mark.parametrize("in_one_call", [True, False])
async def test_a_refund_before_its_purchase_makes_it_give_nothing(sqlite_world: World, in_one_call: bool) -> None:
    world = sqlite_world
    await shop(world)
    both = [refund(2, "e-1"), event(1, "purchase")]
    results = (await send(world, *both))["results"] if in_one_call else [await one(world, e) for e in both]
    assert results[0]["effects"][0]["is_known"] is False
    assert (results[1]["status"], results[1]["code"], results[1]["effects"]) == ("accepted", "EVENT_REVOKED", [])
    assert await balance(world, "kim") == 0
    assert not await world.differences()


async def test_a_purchase_and_its_refund_in_one_call_give_nothing(sqlite_world: World) -> None:
    await shop(sqlite_world)
    answer = await send(sqlite_world, event(1, "purchase"), refund(2, "e-1"), event(3, "purchase"))
    assert [result.get("code") for result in answer["results"]] == [None if n else "EVENT_REVOKED" for n in range(3)]
    assert await balance(sqlite_world, "kim") == 500


async def test_nobody_takes_back_another_players_event(sqlite_world: World) -> None:
    await shop(sqlite_world)
    await send(sqlite_world, event(1, "purchase"))
    assert (await one(sqlite_world, refund(2, "e-1", "lee")))["effects"][0]["skipped"] == "NOT_FOUND"
    await send(sqlite_world, refund(3, "e-9", "lee"), event(9, "purchase"))
    assert await balance(sqlite_world, "kim") == 1_000


async def test_a_blocked_player_still_loses(sqlite_world: World) -> None:
    await shop(sqlite_world)
    await send(sqlite_world, event(1, "purchase"))
    await sqlite_world.sql("UPDATE user_profiles SET is_blocked = 1")
    assert (await one(sqlite_world, refund(2, "e-1")))["effects"][0]["rewards"][0]["state"] == "REVERSED"
    assert await balance(sqlite_world, "kim") == 0
    assert not await sqlite_world.differences()


async def test_a_refunded_subscription_ends_premium(sqlite_world: World) -> None:
    world = sqlite_world
    await begin(world, **PLAIN)
    await rule(world, "SUBSCRIBED", {"kind": "PREMIUM", "track": "GOLD"}, types=("purchase",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    await send(world, event(1, "purchase"))
    assert (await one(world, refund(2, "e-1")))["effects"][0]["passes"] == ["GOLD"]
    assert await world.rows("SELECT COUNT(*) FROM season_passes WHERE revoked_at IS NULL") == [(0,)]
    assert not await world.differences()
