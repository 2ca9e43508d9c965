"""The same key and request get the same answer; a refusal frees the key."""

import pytest

from app.domain.reference import ROULETTE
from tests.world import World, key

PLAY = "/api/roulette/play"


async def test_the_same_key_gets_the_same_answer_byte_for_byte_for_ever(world: World) -> None:
    player = await world.player("kim", ROULETTE_COIN=3)
    headers = player.headers | key()
    first = await world.client.post(PLAY, headers=headers)
    world.clock.advance(days=400)
    again = await world.client.post(PLAY, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_replay_is_given_although_the_feature_was_stopped_meanwhile(world: World) -> None:
    player = await world.player("kim", ROULETTE_COIN=3)
    headers = player.headers | key()
    first = await world.client.post(PLAY, headers=headers)
    await world.sql("UPDATE feature_config SET is_enabled = 0")
    assert (await world.client.post(PLAY, headers=headers)).content == first.content
    assert await world.code("POST", PLAY, headers=player.headers | key()) == (400, "FEATURE_DISABLED")


async def test_a_key_belongs_to_its_player(world: World) -> None:
    shared = key()
    kim, lee = await world.player("kim", ROULETTE_COIN=3), await world.player("lee", ROULETTE_COIN=3)
    answers = [await world.ok("POST", PLAY, headers=person.headers | shared) for person in (kim, lee)]
    assert answers[0]["play_id"] != answers[1]["play_id"]


async def test_a_refusal_leaves_nothing_behind_and_frees_the_key(world: World) -> None:
    player = await world.player("kim")
    headers = player.headers | key()
    before = await everything(world)
    assert await world.code("POST", PLAY, headers=headers) == (400, "NOT_ENOUGH_TOKENS")
    assert await everything(world) == before
    admin = await world.token("boss", "admin")
    body = {"user_id": player.id, "token_type": "ROULETTE_COIN", "amount": 1, "reason": "topping up"}
    await world.ok("POST", "/api/admin/wallets/grant", json=body, headers=admin | key())
    assert (await world.ok("POST", PLAY, headers=headers))["result"] == "OK"


async def test_the_same_key_with_another_request_is_refused(world: World) -> None:
    player = await world.player("kim")
    headers = player.headers | key()
    await world.ok("POST", "/api/season-pass/stamp", json={}, headers=headers)
    other = {"source_feature_type": "ROULETTE"}
    refusal = await world.code("POST", "/api/season-pass/stamp", json=other, headers=headers)
    assert refusal == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("value", [None, "", "a b", "x" * 129, "ключ", "\x7f"])
async def test_a_play_without_a_sound_key_is_refused(sqlite_world: World, value: str | None) -> None:
    player = await sqlite_world.player("kim", ROULETTE_COIN=1)
    headers = [(k.encode(), v.encode()) for k, v in player.headers.items()]
    if value is not None:
        headers.append((b"Idempotency-Key", value.encode()))
    response = await sqlite_world.client.post(PLAY, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "IDEMPOTENCY_KEY_REQUIRED")


async def test_the_whole_prize_of_a_jackpot_survives_a_replay(world: World) -> None:
    jackpot = [segment | {"weight": int(segment.get("is_jackpot", False))} for segment in ROULETTE["segments"]]
    await world.configure("roulette", ROULETTE | {"segments": jackpot})
    player = await world.player("kim", ROULETTE_COIN=1)
    headers = player.headers | key()
    answer = await world.ok("POST", PLAY, headers=headers)
    assert (answer["segment"]["is_jackpot"], answer["reward"]["reward_amount"]) == (True, 5000)
    await world.ok("POST", PLAY, headers=headers)
    wallets = (await world.ok("GET", "/api/wallet", headers=player.headers))["wallets"]
    assert {w["token_type"]: w["balance"] for w in wallets} == {"ROULETTE_COIN": 0, "POINT": 5000}
    assert not await world.differences()


async def everything(world: World) -> list[tuple[str, int]]:
    """How many rows each table holds."""
    tables = (
        "game_plays", "wallet_ledger", "wallets", "reward_log", "season_stamp_log", "season_progress",
        "season_xp_ledger", "user_event_log", "outbox", "idempotency_keys", "admin_audit_log",
    )  # fmt: skip
    return [(table, (await world.rows(f"SELECT COUNT(*) FROM {table}"))[0][0]) for table in tables]
