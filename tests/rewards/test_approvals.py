"""Large rewards wait for a second person, are paid once however many approve, and can be taken back once."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from app.domain.grants import Grant, RewardType
from tests.admin.desk import Desk, desk_of, newest_audit
from tests.events.host import event, one, rule
from tests.events.host import points as points_effect
from tests.goals.missions import mission
from tests.rewards.gifts import give
from tests.world import Person, World

LARGE = 50_000
BALANCE = "SELECT COALESCE(SUM(balance), 0) FROM wallets WHERE user_id = :u AND token_type = 'POINT'"


@pytest.fixture
async def first(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


@pytest.fixture
async def second(world: World) -> Desk:
    return await desk_of(world, "lee@example.com", "admin")


async def waiting(first: Desk, player: Person, amount: int = LARGE) -> int:
    """The id of a gift that waits for approval."""
    gift = await first.grant(player.id, amount, "POINT")
    assert gift["state"] == "APPROVAL"
    found = await first.get("/rewards", operation_id=gift["operation_id"])
    return int(found["items"][0]["id"])


async def points(world: World, player: Person) -> int:
    return int((await world.rows(BALANCE, u=player.id))[0][0])


async def test_a_large_gift_is_paid_when_a_second_person_approves_it(world: World, first: Desk, second: Desk) -> None:
    player = await world.player("park")
    reward_id = await waiting(first, player)
    queue = await second.get("/rewards", state="APPROVAL")
    assert [(row["id"], row["requested_by"]) for row in queue["items"]] == [(reward_id, "staff:kim@example.com")]
    assert await first.refused("POST", f"/rewards/{reward_id}/approve") == (403, "SECOND_PERSON_REQUIRED")
    assert await points(world, player) == 0

    paid = await second.ok("POST", f"/rewards/{reward_id}/approve")
    assert (paid["state"], paid["approved_by"], paid["attempts"]) == ("GRANTED", "staff:lee@example.com", 1)
    assert await points(world, player) == LARGE
    ledger = "SELECT delta, reason FROM wallet_ledger WHERE user_id = :u"
    assert await world.rows(ledger, u=player.id) == [(LARGE, "ADMIN_GRANT")]
    audit = await newest_audit(world)
    assert (audit["action"], audit["actor"], audit["before"]) == (
        "REWARD_APPROVED", "staff:lee@example.com", {"state": "APPROVAL"},
    )  # fmt: skip
    assert await second.refused("POST", f"/rewards/{reward_id}/approve") == (409, "REWARD_STATE")
    assert await second.refused("POST", f"/rewards/{reward_id}/reject") == (409, "REWARD_STATE")
    assert not await world.differences()


async def test_of_many_approvals_and_a_rejection_one_counts(world: World, first: Desk) -> None:
    player = await world.player("park")
    for round_ in range(3):
        reward_id = await waiting(first, player)
        desks = [await desk_of(world, f"judge{n}@example.com", "admin") for n in range(6)]
        deeds = ["approve"] * 5 + ["reject"]
        calls = [
            desk.send("POST", f"/rewards/{reward_id}/{deed}") for desk, deed in zip(desks, deeds, strict=True)
        ]  # fmt: skip
        answers = await asyncio.gather(*calls)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}, round_
    states = dict(await world.rows("SELECT state, COUNT(*) FROM reward_log GROUP BY state"))
    assert sum(states.values()) == 3
    assert await points(world, player) == states.get("GRANTED", 0) * LARGE
    assert not await world.differences()


async def test_a_rejected_reward_is_never_paid(world: World, first: Desk, second: Desk) -> None:
    player = await world.player("park")
    reward_id = await waiting(first, player)
    rejected = await first.ok("POST", f"/rewards/{reward_id}/reject")  # who asked for it may withdraw it
    assert (rejected["state"], rejected["approved_by"]) == ("REJECTED", None)
    for deed in ("approve", "retry", "reverse", "reject"):
        assert await second.refused("POST", f"/rewards/{reward_id}/{deed}") == (409, "REWARD_STATE")
    events = "SELECT event_type FROM user_event_log WHERE user_id = :u AND event_type LIKE 'REWARD%' ORDER BY id"
    assert await world.rows(events, u=player.id) == [("REWARD_PENDING",), ("REWARD_REJECTED",)]
    assert (await points(world, player), await world.differences()) == (0, {})


async def test_many_are_approved_each_for_itself(world: World, first: Desk, second: Desk) -> None:
    player, other = await world.player("park"), await world.player("choi")
    own = await waiting(second, player)
    others = [await waiting(first, someone) for someone in (player, other)]
    answer = await second.ok("POST", "/rewards/approve", {"reward_ids": [own, *others, 999_999]})
    assert answer == {
        "approved": 2,
        "items": [
            {"id": own, "code": "SECOND_PERSON_REQUIRED"},
            *({"id": id_, "state": "GRANTED"} for id_ in others),
            {"id": 999_999, "code": "REWARD_NOT_FOUND"},
        ],
    }
    assert [await points(world, someone) for someone in (player, other)] == [LARGE, LARGE]
    bad: list[dict[str, Any]] = [{}, {"reward_ids": []}, {"reward_ids": [1, 1]}, {"reward_ids": ["1"]}, {"x": 1}]
    for body in [*bad, {"reward_ids": list(range(1, 102))}, {"reward_ids": [0]}]:
        assert await second.refused("POST", "/rewards/approve", body) == (422, "VALIDATION_ERROR")
    assert not await world.differences()


async def test_a_reversal_is_an_entry_of_its_own_and_happens_once(world: World, first: Desk) -> None:
    player = await world.player("park")
    gift = await first.grant(player.id, 700, "POINT")
    reward_id = (await first.get("/rewards", operation_id=gift["operation_id"]))["items"][0]["id"]
    answers = await asyncio.gather(*(first.send("POST", f"/rewards/{reward_id}/reverse") for _ in range(5)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 4}
    ledger = "SELECT delta, balance_after, reason, operation_id FROM wallet_ledger WHERE user_id = :u ORDER BY id"
    assert await world.rows(ledger, u=player.id) == [
        (700, 700, "ADMIN_GRANT", gift["operation_id"]),
        (-700, 0, "REWARD_REVERSAL", gift["operation_id"]),
    ]
    assert (await newest_audit(world))["before"] == {"state": "GRANTED"}
    assert not await world.differences()


async def test_what_was_spent_is_owed_and_later_credits_pay_it(world: World, first: Desk) -> None:
    player = await world.player("park")
    gift = await first.grant(player.id, 700, "POINT")
    reward_id = (await first.get("/rewards", operation_id=gift["operation_id"]))["items"][0]["id"]
    taken = {"user_id": player.id, "token_type": "POINT", "amount": 1}
    await first.ok("POST", "/wallets/revoke", taken, keyed=True)
    done = await first.ok("POST", f"/rewards/{reward_id}/reverse")
    assert (done["state"], done["reversal"]["owed"]) == ("REVERSED", {"POINT": 1})
    assert (await newest_audit(world))["after"]["owed"] == {"POINT": 1}
    assert await points(world, player) == 0
    await first.grant(player.id, 5, "POINT")
    assert await points(world, player) == 4
    assert not await world.differences()


async def test_what_followed_from_a_reward_goes_with_it(world: World, first: Desk) -> None:
    """As a host's refund does it: counts, the missions they completed and what those paid, XP with their levels."""
    ten = {"reward_type": "TOKEN", "reward_amount": 10, "token_type": "DICE_TOKEN"}
    await first.ok("POST", "/missions", mission("RICH", metric="POINT", target=500, period="ONCE", rewards=[ten]))
    await rule(world, "BOUGHT", points_effect(500), types=("purchase",))
    await one(world, event(1, "purchase", "park"))
    player = await world.player("park")
    bought, paid, xp = [
        row["id"]
        for source in ("RULE", "MISSION")
        for row in (await first.get("/rewards", user_id=player.id, source=source))["items"]
    ] + [await an_xp_reward(world, player, 60)]
    done = await first.ok("POST", f"/rewards/{bought}/reverse")
    assert (done["reversal"]["missions_lost"], len(done["reversal"]["rewards_lost"])) == (["RICH"], 1)
    assert await first.refused("POST", f"/rewards/{paid}/reverse") == (409, "REWARD_STATE")
    status = await world.ok("GET", "/api/season-pass/status", headers=player.headers)
    assert status["progress"]["current_level"] == 2
    done = await first.ok("POST", f"/rewards/{xp}/reverse")
    assert (done["reversal"]["levels_lost"], len(done["reversal"]["rewards_lost"])) == ([2, 1], 2)
    status = await world.ok("GET", "/api/season-pass/status", headers=player.headers)
    assert (status["progress"]["current_level"], status["progress"]["current_xp"]) == (0, 0)
    await one(world, event(2, "purchase", "park"))
    assert (await first.get("/rewards", user_id=player.id, source="MISSION"))["items"][0]["state"] == "GRANTED"
    assert not await world.differences()


async def an_xp_reward(world: World, player: Person, amount: int) -> int:
    await give(world, player, Grant(RewardType.XP, amount), operation_id="TEST:XP")
    return int((await world.rows("SELECT id FROM reward_log WHERE operation_id = 'TEST:XP'"))[0][0])


async def test_the_search_knows_its_filters_and_refuses_others(first: Desk, world: World) -> None:
    player = await world.player("park")
    for amount in (10, 20, 30):
        await first.grant(player.id, amount, "POINT")
    page = await first.get("/rewards", user_id=player.id, reward_type="POINT", limit=2)
    assert [row["reward_amount"] for row in page["items"]] == [30, 20]
    rest = await first.get("/rewards", user_id=player.id, after=page["next"])
    assert [row["reward_amount"] for row in rest["items"]] == [10]
    assert (await first.get(f"/rewards/{rest['items'][0]['id']}"))["source"] == "ADMIN"
    exported = await world.client.get("/api/admin/rewards/export.csv?reward_type=POINT", headers=first.headers)
    lines = exported.text.split("\r\n")
    assert (lines[0].split(",")[12], [line.split(",")[12] for line in lines[1:4]]) == ("amount", ["30", "20", "10"])
    for params in ({"state": "LOST"}, {"user_id": 0}, {"limit": 101}, {"source": "no code"}, {"foo": 1}):
        answer = await world.client.get("/api/admin/rewards", params=params, headers=first.headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR"), params
    assert await world.code("GET", "/api/admin/rewards/77", headers=first.headers) == (404, "REWARD_NOT_FOUND")
