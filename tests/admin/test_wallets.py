"""Operators give tokens and take them back."""

import json
from typing import Any

import pytest

from tests.admin.desk import WHY, Desk, desk_of, newest_audit, traces
from tests.world import key

GRANT, REVOKE, MAKE_GOOD = "/wallets/grant", "/wallets/revoke", "/wallets/make-good"


def gift(user_id: int | None = None, amount: int = 3, **more: Any) -> dict[str, Any]:
    who = {} if user_id is None else {"user_id": user_id}
    return {"token_type": "ROULETTE_COIN", "amount": amount} | who | more


async def test_a_gift_moves_the_wallet_and_leaves_every_trace(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    response = await admin.send("POST", GRANT, gift(player.id), keyed=True)
    answer = response.json()
    operation = answer["operation_id"]
    assert operation.startswith("ADMIN:")
    assert answer == {
        "result": "OK", "operation_id": operation, "user_id": player.id, "external_id": "lee",
        "token_type": "ROULETTE_COIN", "amount": 3, "state": "GRANTED", "balance": 3,
        "created_at": "2025-12-10T12:00:00+09:00",
    }  # fmt: skip
    assert await world.rows("SELECT balance FROM wallets") == [(3,)]
    entries = await world.rows("SELECT delta, balance_after, reason, operation_id FROM wallet_ledger")
    assert entries == [(3, 3, "ADMIN_GRANT", operation)]
    rewards = await world.rows("SELECT operation_id, source, reward_type, token_type, amount, state FROM reward_log")
    assert rewards == [(operation, "ADMIN", "TOKEN", "ROULETTE_COIN", 3, "GRANTED")]
    events = await world.rows("SELECT event_type, reference FROM user_event_log WHERE event_type LIKE 'REWARD%'")
    assert events == [("REWARD_GRANTED", operation)]
    audit = await newest_audit(world)
    assert (audit["action"], audit["target"], audit["reason"]) == ("WALLET_GRANTED", f"player:{player.id}", WHY)
    assert (audit["actor"], audit["request_id"]) == ("staff:kim@example.com", response.headers["x-request-id"])
    assert (audit["before"], audit["after"]["balance"]) == ({"token_type": "ROULETTE_COIN", "balance": 0}, 3)
    assert audit["after"]["operation_id"] == operation


async def test_taking_back_moves_the_wallet_and_leaves_every_trace(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    await admin.grant(player.id, 5)
    answer = await admin.ok("POST", REVOKE, gift(player.id, 2), keyed=True)
    assert (answer["balance"], answer["state"]) == (3, "REVERSED")
    entry = (await world.rows("SELECT delta, balance_after, reason FROM wallet_ledger ORDER BY id DESC LIMIT 1"))[0]
    assert entry == (-2, 3, "ADMIN_REVOKE")
    assert await world.rows("SELECT COUNT(*) FROM reward_log") == [(1,)]
    newest = await world.rows("SELECT event_type FROM user_event_log ORDER BY id DESC LIMIT 1")
    assert newest == [("REWARD_REVOKED",)]
    audit = await newest_audit(world)
    assert (audit["action"], audit["before"]["balance"], audit["after"]["balance"]) == ("WALLET_REVOKED", 5, 3)


async def test_a_make_good_however_small_waits_until_an_admin_approves_it(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    support = await desk_of(world, "help@example.com", "support")
    asked = await support.ok("POST", MAKE_GOOD, gift(player.id, 1), keyed=True)
    assert (asked["state"], asked["balance"]) == ("APPROVAL", 0)
    audit = await newest_audit(world)
    assert (audit["action"], audit["actor"], audit["reason"]) == ("MAKE_GOOD_ASKED", "staff:help@example.com", WHY)
    [waiting] = (await admin.get("/rewards", state="APPROVAL"))["items"]
    assert (waiting["operation_id"], waiting["requested_by"]) == (asked["operation_id"], "staff:help@example.com")
    assert await world.rows("SELECT COUNT(*) FROM wallets") == [(0,)]
    assert not await world.differences()

    assert await support.refused("POST", f"/rewards/{waiting['id']}/approve") == (403, "SCOPE_REQUIRED")
    await admin.ok("POST", f"/rewards/{waiting['id']}/approve")
    assert await world.rows("SELECT balance FROM wallets") == [(1,)]
    assert not await world.differences()


async def test_an_admin_who_asks_for_a_make_good_cannot_approve_it(admin: Desk) -> None:
    player = await admin.world.player("lee")
    await admin.ok("POST", MAKE_GOOD, gift(player.id, 1), keyed=True)
    [waiting] = (await admin.get("/rewards", state="APPROVAL"))["items"]
    assert await admin.refused("POST", f"/rewards/{waiting['id']}/approve") == (403, "SECOND_PERSON_REQUIRED")


async def test_one_key_asks_once_and_no_gift_may_use_it_too(admin: Desk) -> None:
    """Support and an admin both name the key after the ticket: it is answered once."""
    world = admin.world
    player = await world.player("lee")
    headers, body = admin.headers | {"Idempotency-Key": "ticket-1"}, gift(player.id, 2, reason=WHY)
    answers = [
        await world.client.post(f"/api/admin{path}", headers=headers, json=body)
        for path in (MAKE_GOOD, MAKE_GOOD, GRANT)
    ]
    assert [answer.json()["state"] for answer in answers[:2]] == ["APPROVAL", "APPROVAL"]
    assert answers[0].content == answers[1].content
    assert answers[2].json()["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert await world.rows("SELECT COUNT(*) FROM reward_log") == [(1,)]


async def test_nothing_is_taken_below_zero(admin: Desk) -> None:
    player = await admin.world.player("lee")
    await admin.grant(player.id, 5)
    refusal = await admin.refused("POST", REVOKE, gift(player.id, 6), keyed=True)
    assert refusal == (400, "NOT_ENOUGH_TOKENS")
    assert await admin.world.rows("SELECT balance FROM wallets") == [(5,)]


async def test_a_player_is_named_by_the_hosts_id_too(admin: Desk) -> None:
    player = await admin.world.player("lee")
    answer = await admin.ok("POST", GRANT, gift(external_id="lee"), keyed=True)
    assert answer["user_id"] == player.id
    named = gift(external_id="lee", host="other")
    assert await admin.refused("POST", GRANT, named, keyed=True) == (404, "USER_NOT_FOUND")


async def test_an_unknown_player_is_not_found(admin: Desk) -> None:
    not_found = (404, "USER_NOT_FOUND")
    assert await admin.refused("POST", GRANT, gift(999_999), keyed=True) == not_found
    assert await admin.refused("POST", REVOKE, gift(999_999), keyed=True) == not_found
    assert await admin.refused("POST", GRANT, gift(external_id="nobody"), keyed=True) == not_found


async def test_a_blocked_player_can_be_settled(admin: Desk) -> None:
    player = await admin.world.player("lee")
    await admin.ok("POST", f"/players/{player.id}/block", version="*")
    await admin.grant(player.id, 5)
    await admin.ok("POST", REVOKE, gift(player.id, 5), keyed=True)


async def test_points_above_the_threshold_wait_for_approval(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    at_it = await admin.grant(player.id, 10_000, "POINT")
    assert (at_it["state"], at_it["balance"]) == ("GRANTED", 10_000)
    above = await admin.grant(player.id, 10_001, "POINT")
    assert (above["state"], above["balance"]) == ("APPROVAL", 10_000)
    assert await world.rows("SELECT state, amount FROM reward_log ORDER BY id") == [
        ("GRANTED", 10_000),
        ("APPROVAL", 10_001),
    ]


async def test_a_key_gives_its_answer_again_byte_for_byte(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    headers, body = admin.headers | key(), gift(player.id, reason="a gift")
    first = await world.client.post(f"/api/admin{GRANT}", headers=headers, json=body)
    world.clock.advance(hours=30)
    before = await traces(world)
    spaced = json.dumps(body, indent=2, sort_keys=True).encode()  # the same request, written otherwise
    again = await world.client.post(f"/api/admin{GRANT}", headers=headers, content=spaced)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await traces(world) == before


async def test_a_key_is_for_one_request_of_one_operation_whoever_sends_it(admin: Desk) -> None:
    world = admin.world
    player, other = await world.player("lee"), await world.player("han")
    mine, path = key(), f"/api/admin{GRANT}"
    for_lee = gift(player.id, reason=WHY)
    await world.ok("POST", path, headers=admin.headers | mine, json=for_lee)
    for changed in (gift(other.id, reason=WHY), gift(player.id, 4, reason=WHY), gift(player.id, reason="another")):
        reused = await world.code("POST", path, headers=admin.headers | mine, json=changed)
        assert reused == (422, "IDEMPOTENCY_KEY_REUSED")
    await world.ok("POST", f"/api/admin{REVOKE}", headers=admin.headers | mine, json=gift(player.id, 1, reason=WHY))
    colleague = await desk_of(world, "park@example.com", "admin")
    await world.ok("POST", path, headers=colleague.headers | mine, json=for_lee)
    assert await world.rows("SELECT balance FROM wallets") == [(2,)]


@pytest.mark.parametrize("value", [None, "", "a b", "x" * 129, "키"])
async def test_a_gift_needs_a_good_key(sqlite_admin: Desk, value: str | None) -> None:
    player = await sqlite_admin.world.player("lee")
    headers = sqlite_admin.headers | ({} if value is None else {"Idempotency-Key": value.encode()})
    refusal = await sqlite_admin.world.code(
        "POST", f"/api/admin{GRANT}", headers=headers, json=gift(player.id, reason=WHY)
    )
    assert refusal == (400, "IDEMPOTENCY_KEY_REQUIRED")
    assert await sqlite_admin.world.rows("SELECT COUNT(*) FROM wallet_ledger") == [(0,)]


async def test_a_refused_gift_frees_its_key(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    mine = admin.headers | key()
    body = gift(player.id, 2, reason=WHY)
    refusal = await world.code("POST", f"/api/admin{REVOKE}", headers=mine, json=body)
    assert refusal == (400, "NOT_ENOUGH_TOKENS")
    await admin.grant(player.id, 2)
    await world.ok("POST", f"/api/admin{REVOKE}", headers=mine, json=body)


async def test_an_operator_with_a_long_korean_login_has_keys_as_well(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    operator = await desk_of(world, "운영자" * 30, "admin")
    headers, body = operator.headers | key(), gift(player.id, reason=WHY)
    for _ in range(2):
        await world.ok("POST", f"/api/admin{GRANT}", headers=headers, json=body)
    assert await world.rows("SELECT balance FROM wallets") == [(3,)]


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"amount": 0}, "amount"),
    ({"amount": -1}, "amount"),
    ({"amount": 1_000_001}, "amount"),
    ({"amount": 2**64}, "amount"),
    ({"amount": 1.0}, "amount"),
    ({"amount": "1"}, "amount"),
    ({"amount": True}, "amount"),
    ({"amount": None}, "amount"),
    ({"token_type": "GOLD"}, "token_type"),
    ({"token_type": "roulette_coin"}, "token_type"),
    ({"token_type": "티켓"}, "token_type"),
    ({"token_type": "🎟"}, "token_type"),
    ({"token_type": ""}, "token_type"),
    ({"user_id": 0}, "user_id"),
    ({"user_id": 2**63}, "user_id"),
    ({"user_id": "1"}, "user_id"),
    ({"user_id": None}, "(whole)"),
    ({"external_id": "lee"}, "(whole)"),
    ({"user_id": None, "external_id": ""}, "external_id"),
    ({"user_id": None, "external_id": "lee "}, "external_id"),
    ({"user_id": None, "external_id": "a\x00"}, "external_id"),
    ({"user_id": None, "external_id": "x" * 101}, "external_id"),
    ({"host": "호스트"}, "host"),
    ({"reason": " "}, "reason"),
    ({"reason": "x" * 501}, "reason"),
    ({"reason": "a\x00"}, "reason"),
    ({"reason": 7}, "reason"),
    ({"balance": 100}, "balance"),
]


@pytest.mark.parametrize(("change", "field"), BROKEN, ids=[f"{field}-{n}" for n, (_, field) in enumerate(BROKEN)])
@pytest.mark.parametrize("path", [GRANT, REVOKE])
async def test_a_broken_gift_is_refused_naming_the_field(
    calm_admin: Desk, path: str, change: dict[str, Any], field: str
) -> None:
    body = gift(1) | change
    assert await calm_admin.refused("POST", path, body, keyed=True) == (422, "VALIDATION_ERROR")
    details = (await calm_admin.send("POST", path, body, keyed=True)).json()["error"]["details"]
    assert field in {line["field"] for line in details}


async def test_a_reason_may_be_written_with_emoji(admin: Desk) -> None:
    player = await admin.world.player("lee")
    await admin.ok("POST", GRANT, gift(player.id, reason="미안해요 🙏"), keyed=True)
    assert (await newest_audit(admin.world))["reason"] == "미안해요 🙏"
