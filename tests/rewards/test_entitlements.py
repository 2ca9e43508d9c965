"""An entitlement is redeemed once, however many ask, and runs to the second; its reward taken back, it ends."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from app.domain.grants import Grant, RewardType
from tests.admin.desk import desk_of
from tests.rewards.gifts import give
from tests.world import Person, World, key

URL = "/api/entitlements/park/LECTURE"


@pytest.fixture
async def host(world: World) -> dict[str, str]:
    return await world.token("main", "host")


async def issued(world: World, *operations: str, days: int = 7) -> Person:
    player = await world.player("park")
    for operation_id in operations:
        await give(world, player, Grant(RewardType.ENTITLEMENT, days, code="LECTURE"), operation_id=operation_id)
    return player


async def standing(world: World, host: dict[str, str]) -> tuple[bool, str | None, int]:
    found: dict[str, Any] = await world.ok("GET", URL, headers=host)
    return found["is_active"], found["valid_until"], found["redeemable"]


async def test_a_lecture_ticket_is_one_week_from_its_redemption_to_the_second(
    world: World, host: dict[str, str]
) -> None:
    player = await issued(world, "TEST:1")
    assert await standing(world, host) == (False, None, 1)
    world.clock.advance(days=30)  # a ticket that waits does not age
    redeemed = await world.ok("POST", f"{URL}/redeem", headers=host | key())
    until = "2026-01-16T12:00:00+09:00"
    assert (redeemed["state"], redeemed["valid_until"], redeemed["external_id"]) == ("ACTIVE", until, "park")
    assert await standing(world, host) == (True, until, 0)
    mine = await world.ok("GET", "/api/entitlements", headers=player.headers)
    assert [(line["state"], line["valid_until"]) for line in mine["items"]] == [("ACTIVE", until)]
    world.clock.advance(days=7, microseconds=-1)
    assert (await standing(world, host))[0] is True
    world.clock.advance(microseconds=1)
    assert await standing(world, host) == (False, None, 0)
    assert await world.code("POST", f"{URL}/redeem", headers=host | key()) == (404, "NO_ENTITLEMENT")
    events = "SELECT event_type FROM user_event_log WHERE reference = 'TEST:1' ORDER BY id"
    assert await world.rows(events) == [("REWARD_GRANTED",), ("REWARD_REDEEMED",)]
    assert not await world.differences()


async def test_a_player_whose_name_holds_slashes_has_entitlements_too(sqlite_world: World) -> None:
    host = await sqlite_world.token("main", "host")
    player = await sqlite_world.player("org/7/김")
    await give(sqlite_world, player, Grant(RewardType.ENTITLEMENT, 7, code="LECTURE"), operation_id="TEST:1")
    url = "/api/entitlements/org%2F7%2F%EA%B9%80/LECTURE"
    assert (await sqlite_world.ok("GET", url, headers=host))["redeemable"] == 1
    assert (await sqlite_world.ok("POST", f"{url}/redeem", headers=host | key()))["state"] == "ACTIVE"


async def test_of_many_redemptions_at_once_one_uses_up_one(world: World, host: dict[str, str]) -> None:
    await issued(world, "TEST:1", "TEST:2")
    calls = (world.client.post(f"{URL}/redeem", headers=host | key()) for _ in range(12))
    answers: list[httpx.Response] = await asyncio.gather(*calls)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 11}
    assert {a.json()["error"]["code"] for a in answers if a.is_error} == {"ENTITLEMENT_ACTIVE"}
    assert (await standing(world, host))[2] == 1
    redeemed = "SELECT operation_id, redeemed_by FROM entitlements WHERE redeemed_at IS NOT NULL"
    assert await world.rows(redeemed) == [("TEST:1", "host:main")]
    world.clock.advance(days=7)
    await world.ok("POST", f"{URL}/redeem", headers=host | key())
    assert not await world.differences()


async def test_the_same_key_gets_the_same_answer(world: World, host: dict[str, str]) -> None:
    await issued(world, "TEST:1")
    same = host | key()
    first, again = [await world.client.post(f"{URL}/redeem", headers=same) for _ in range(2)]
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await world.code("POST", f"{URL}X/redeem", headers=same) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_a_reward_taken_back_ends_its_entitlement(world: World, host: dict[str, str]) -> None:
    await issued(world, "TEST:1", "TEST:2")
    admin = await desk_of(world, "kim@example.com", "admin")
    await world.ok("POST", f"{URL}/redeem", headers=host | key())
    for row in (await admin.get("/rewards", reward_type="ENTITLEMENT"))["items"]:
        await admin.ok("POST", f"/rewards/{row['id']}/reverse")
    assert await standing(world, host) == (False, None, 0)
    assert await world.code("POST", f"{URL}/redeem", headers=host | key()) == (404, "NO_ENTITLEMENT")
    assert not await world.differences()


async def test_only_the_players_own_host_asks_and_nobody_redeems_for_the_blocked(
    world: World, host: dict[str, str]
) -> None:
    player = await issued(world, "TEST:1")
    await world.sql("UPDATE user_profiles SET is_blocked = 1 WHERE id = :u", u=player.id)
    assert await world.code("POST", f"{URL}/redeem", headers=host | key()) == (403, "USER_BLOCKED")
    unknown = "/api/entitlements/nobody/LECTURE"
    assert await world.code("GET", unknown, headers=host) == (404, "USER_NOT_FOUND")
    assert await world.code("POST", f"{unknown}/redeem", headers=host | key()) == (404, "USER_NOT_FOUND")
    assert await world.code("GET", "/api/entitlements/park/lecture", headers=host) == (422, "VALIDATION_ERROR")
    for body in ({"days": 9}, [], "x"):
        answer = await world.client.post(f"{URL}/redeem", json=body, headers=host | key())
        assert answer.status_code == 422, body
    assert await standing(world, host) == (False, None, 1)
