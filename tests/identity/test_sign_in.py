"""A host's server signs its players in."""

import json
from typing import Any

import pytest

from tests.identity.door import TOKEN, WALL, Door, at_once, bearer, code_of
from tests.world import key


async def test_the_answer_is_the_contracts(door: Door) -> None:
    answer = await door.sign_in("kim", "하늘")
    assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token", "user"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 900)
    user_id = answer["user"].pop("id")
    assert answer["user"] == {"external_id": "kim", "nickname": "하늘", "status": "ACTIVE"}
    assert await door.world.rows("SELECT id, external_id, nickname FROM user_profiles") == [(user_id, "kim", "하늘")]


async def test_the_sign_in_is_logged_and_holds_no_secret(door: Door) -> None:
    answer = await door.sign_in("kim", "하늘")
    [(user_id, event, facts)] = await door.world.rows("SELECT user_id, event_type, facts FROM user_event_log")
    assert (user_id, event, json.loads(facts)) == (answer["user"]["id"], "AUTH_LOGIN", {"how": "HOST_EXCHANGE"})
    stored = str(await door.world.rows("SELECT * FROM refresh_tokens")) + str(facts)
    assert answer["refresh_token"] not in stored
    assert answer["access_token"] not in stored


async def test_me_shows_the_player_the_wallets_and_what_is_open(door: Door) -> None:
    signed_in = await door.sign_in("kim", "하늘")
    await door.world.sql("UPDATE feature_config SET is_enabled = 0 WHERE feature_type = 'CLAIM'")
    await door.world.sql(
        "INSERT INTO wallets (user_id, token_type, balance) VALUES (:id, 'POINT', 7)", id=signed_in["user"]["id"]
    )
    shown = await door.world.ok("GET", "/api/me", headers=bearer(signed_in["access_token"]))
    assert shown["user"] == signed_in["user"]
    assert shown["wallets"] == [{"token_type": "POINT", "balance": 7}]
    assert shown["features"]["ROULETTE"] is True
    assert shown["features"]["CLAIM"] is False
    assert shown["server_time"] == "2025-12-10T12:00:00+09:00"


async def test_a_new_nickname_replaces_the_old_one_and_none_keeps_it(door: Door) -> None:
    await door.sign_in("kim", "하늘")
    assert (await door.sign_in("kim"))["user"]["nickname"] == "하늘"
    assert (await door.sign_in("kim", "바다"))["user"]["nickname"] == "바다"
    assert await door.world.rows("SELECT nickname, version FROM user_profiles") == [("바다", 2)]


async def test_fifty_exchanges_at_once_make_one_player(door: Door) -> None:
    headers = await door.api_key()
    body = {"external_id": "kim"}
    answers = await at_once(50, lambda: door.world.ok("POST", TOKEN, json=body, headers=headers))
    assert len({answer["user"]["id"] for answer in answers}) == 1
    assert len({answer["refresh_token"] for answer in answers}) == 50


async def test_a_blocked_player_gets_no_tokens_and_nothing_is_left_behind(door: Door) -> None:
    await door.sign_in("kim", "하늘")
    await door.world.sql("UPDATE user_profiles SET is_blocked = 1")
    before = await door.world.rows("SELECT * FROM refresh_tokens")
    body = {"external_id": "kim", "nickname": "바다"}
    refusal = await door.world.code("POST", TOKEN, json=body, headers=await door.api_key())
    assert refusal == (403, "USER_BLOCKED")
    assert await door.world.rows("SELECT * FROM refresh_tokens") == before
    assert await door.world.rows("SELECT nickname FROM user_profiles") == [("하늘",)]


async def test_a_key_signs_in_its_own_hosts_players_only(door: Door) -> None:
    await door.add_host("other")
    body = {"external_id": "kim"}
    mine = await door.sign_in("kim")
    other = await door.world.ok("POST", TOKEN, json=body, headers=await door.api_key("other"))
    assert mine["user"]["id"] != other["user"]["id"]


async def test_a_revoked_key_is_refused_at_the_next_call(door: Door) -> None:
    headers, body = await door.api_key(), {"external_id": "kim"}
    await door.world.ok("POST", TOKEN, json=body, headers=headers)
    [(key_id,)] = await door.world.rows("SELECT id FROM api_keys")
    await door.house.write(lambda k: k.identity.revoke_api_key(key_id, now=WALL))
    assert await door.world.code("POST", TOKEN, json=body, headers=headers) == (401, "TOKEN_REVOKED")


async def test_a_hosts_key_is_rotated_without_a_moment_when_none_works(sqlite_door: Door) -> None:
    """Make a second one, give it to the server, end the first."""
    door, body = sqlite_door, {"external_id": "kim"}
    admin = await door.world.token("admin", "admin")

    async def new_key(name: str) -> tuple[int, dict[str, str]]:
        sent = {"name": name, "reason": "rotation"}
        made = await door.world.ok("POST", "/api/admin/hosts/main/keys", json=sent, headers=admin | key())
        return made["id"], {"X-API-Key": made["key"]}

    (old_id, old), (_, new) = await new_key("before"), await new_key("after")
    for headers in (old, new):
        await door.world.ok("POST", TOKEN, json=body, headers=headers)
    await door.world.ok("POST", f"/api/admin/hosts/keys/{old_id}/revoke", json={"reason": "rotation"}, headers=admin)
    assert await door.world.code("POST", TOKEN, json=body, headers=old) == (401, "TOKEN_REVOKED")
    await door.world.ok("POST", TOKEN, json=body, headers=new)


async def test_the_key_of_a_host_that_was_switched_off_is_refused_at_the_next_call(door: Door) -> None:
    headers, body = await door.api_key(), {"external_id": "kim"}
    await door.world.ok("POST", TOKEN, json=body, headers=headers)
    await door.house.write(lambda k: k.identity.change_host("main", is_active=False))
    assert await door.world.code("POST", TOKEN, json=body, headers=headers) == (403, "HOST_DISABLED")


@pytest.mark.parametrize("key", ["dk_" + "x" * 43, "dk_", "garbage", "", "dk_' OR '1'='1", "dk_" + "x" * 44])
async def test_an_unknown_key_is_invalid(sqlite_door: Door, key: str) -> None:
    refusal = await sqlite_door.world.code("POST", TOKEN, json={"external_id": "kim"}, headers={"X-API-Key": key})
    assert refusal == (401, "TOKEN_INVALID")


async def test_the_exchange_needs_a_host(sqlite_door: Door) -> None:
    world, body = sqlite_door.world, {"external_id": "kim"}
    assert await world.code("POST", TOKEN, json=body) == (401, "AUTH_REQUIRED")
    assert await world.code("POST", TOKEN, json=body, headers=await world.token("kim")) == (403, "SCOPE_REQUIRED")
    assert await world.code("POST", TOKEN, json=body, headers=await world.token("kim", "admin")) == (
        403,
        "SCOPE_REQUIRED",
    )
    sqlite_door.wall.set(WALL)
    assert (await world.ok("POST", TOKEN, json=body, headers=await world.token("main", "host")))["user"]["id"] > 0


WRONG: list[Any] = [
    {},
    [],
    None,
    1,
    "external_id",
    [["external_id", "kim"]],
    [{"external_id": "kim"}],
    {"external_id": None},
    {"external_id": ""},
    {"external_id": 1},
    {"external_id": ["kim"]},
    {"external_id": "kim "},
    {"external_id": "x" * 101},
    {"external_id": "kim", "nickname": ""},
    {"external_id": "kim", "nickname": "x" * 51},
    {"external_id": "kim", "nickname": "a\u202eb"},
    {"external_id": "kim", "scope": "admin"},
    {"external_id": "kim", "is_blocked": False},
    {"external_id": "kim", "refresh_token": "x"},
    {"external_id": "kim", "password": "x"},
    {"refresh_token": "x", "email": "a", "password": "b"},
    {"refresh_token": ""},
    {"refresh_token": "x" * 201},
    {"email": "a"},
    {"password": "b"},
    {"email": "a", "password": ""},
    {"email": "a", "password": "b", "nickname": "c"},
]


@pytest.mark.parametrize("body", WRONG, ids=str)
async def test_any_other_body_is_refused(sqlite_door: Door, body: Any) -> None:
    response = await sqlite_door.world.client.post(TOKEN, json=body, headers=await sqlite_door.api_key())
    assert (response.status_code, code_of(response)) == (422, "VALIDATION_ERROR")
    assert all(set(line) == {"field", "reason"} for line in response.json()["error"]["details"])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"external_id": "kim", "external_id": "lee"}',
        b'{"refresh_token": "a", "refresh_token": "a"}',
        b'{"email": "a", "password": "b", "password": "c"}',
        b'{"external_id": "kim", "external_id": "lee", "x": {"y": 1}}',
        b'{"external_id": "\\ud800"}',
        b'{"external_id": "kim\\u0000"}',
        b"[" * 10_000,
        b'{"external_id": ' + b"[" * 10_000,
        b'{"external_id": NaN}',
    ],
    ids=repr,
)
async def test_a_body_that_could_be_read_in_two_ways_is_refused(sqlite_door: Door, raw: bytes) -> None:
    headers = await sqlite_door.api_key() | {"Content-Type": "application/json"}
    response = await sqlite_door.world.client.post(TOKEN, content=raw, headers=headers)
    assert (response.status_code, code_of(response)) == (422, "VALIDATION_ERROR")
    assert await sqlite_door.world.rows("SELECT * FROM user_profiles") == []
