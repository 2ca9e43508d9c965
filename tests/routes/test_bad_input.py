"""Bad input gets a clear 4xx with a code; never a 500, never an echo, and nothing is written."""

import json
from typing import Any

import pytest

from tests.world import World, key

STAMP, CLAIM, PLAY = "/api/season-pass/stamp", "/api/season-pass/claim", "/api/roulette/play"
HOSTILE = "<img onerror=alert(1)>'; DROP TABLE wallets;--"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (PLAY, {"segment": 5}, "segment"),
        (PLAY, {"reward_amount": 10**9}, "reward_amount"),
        (STAMP, {"xp_bonus": "5"}, "xp_bonus"),
        (STAMP, {"xp_bonus": 1.5}, "xp_bonus"),
        (STAMP, {"xp_bonus": True}, "xp_bonus"),
        (STAMP, {"user_id": 7}, "user_id"),
        (STAMP, {"source_feature_type": HOSTILE}, "source_feature_type"),
        (STAMP, {"source_feature_type": "A\x00B"}, "source_feature_type"),
        (CLAIM, {}, "level"),
        (CLAIM, {"level": None}, "level"),
        (CLAIM, {"level": 0}, "level"),
        (CLAIM, {"level": 2**63}, "level"),
        (CLAIM, {"level": [1]}, "level"),
        (CLAIM, {"level": 8, "track": HOSTILE}, "track"),
        (CLAIM, {"level": 8, "season_id": -1}, "season_id"),
    ],
)
async def test_a_bad_field_is_named_and_never_repeated(
    sqlite_world: World, path: str, body: dict[str, Any], field: str
) -> None:
    player = await sqlite_world.player("kim", ROULETTE_COIN=1)
    stored = "SELECT COUNT(*) FROM idempotency_keys"
    before = await sqlite_world.rows(stored)
    response = await sqlite_world.client.post(path, json=body, headers=player.headers | key())
    problem = response.json()
    assert (response.status_code, problem["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert [entry["field"] for entry in problem["error"]["details"]] == [field]
    assert HOSTILE not in response.text
    assert await sqlite_world.rows(stored) == before


@pytest.mark.parametrize(
    "raw",
    [
        b"{", b"[]", b"null", b"1", b'"text"', b"\xff\xfe", b'{"xp_bonus": NaN}', b'{"xp_bonus": 1e400}',
        b'{"xp_bonus": 9' + b"9" * 5000 + b"}", b"[" * 20_000, b'{"a":' * 5_000, b'{"\\ud800": 1}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [PLAY, STAMP, CLAIM])
async def test_a_body_that_is_no_sound_object_is_refused(sqlite_world: World, path: str, raw: bytes) -> None:
    player = await sqlite_world.player("kim", ROULETTE_COIN=1)
    response = await sqlite_world.client.post(path, content=raw, headers=player.headers | key())
    assert (response.status_code, response.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", [PLAY, STAMP, "/api/auth/token", "/api/codes/redeem"])
@pytest.mark.parametrize("is_streamed", [False, True])
async def test_a_body_over_64_kb_is_refused(sqlite_world: World, path: str, is_streamed: bool) -> None:
    async def chunks() -> Any:
        for _ in range(9):
            yield b" " * 8192

    headers = await sqlite_world.token("kim", "player", "admin") | key() | {"Content-Type": "application/json"}
    content: Any = chunks() if is_streamed else b" " * (9 * 8192)
    response = await sqlite_world.client.post(path, content=content, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "after=0", "after=-1", f"after={2**63}", "token_type=a%00b"]
)
async def test_a_bad_query_is_refused(sqlite_world: World, query: str) -> None:
    player = await sqlite_world.player("kim")
    refusal = await sqlite_world.code("GET", f"/api/wallet/ledger?{query}", headers=player.headers)
    assert refusal == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/api/nothing", (404, "NOT_FOUND")),
        ("GET", "/nothing", (404, "NOT_FOUND")),
        ("GET", PLAY, (405, "METHOD_NOT_ALLOWED")),
        ("DELETE", "/api/wallet", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/api/today-feature", (410, "FEATURE_RETIRED")),
        ("GET", "/api/ui-config/UPPER", (422, "VALIDATION_ERROR")),
    ],
)
async def test_what_is_not_there_is_a_problem_document_too(
    sqlite_world: World, method: str, path: str, answer: tuple[int, str]
) -> None:
    assert await sqlite_world.code(method, path) == answer


async def test_a_retired_route_says_since_when(sqlite_world: World) -> None:
    response = await sqlite_world.client.get("/api/today-feature")
    assert response.headers["Deprecation"].startswith("@")
    assert "2026" in response.headers["Sunset"]


@pytest.mark.parametrize(
    ("accept", "message"),
    [
        ("", "로그인이 필요합니다"),
        ("ko", "로그인이 필요합니다"),
        ("en-GB,en;q=0.9", "Sign-in is required"),
        ("en;q=0.5, ko;q=0.9", "로그인이 필요합니다"),
        ("ko; q=0.1, en; q=0.9", "Sign-in is required"),
        ("fr, de;q=0.5", "로그인이 필요합니다"),
        ("en;q=x", "로그인이 필요합니다"),
        (";;,,=", "로그인이 필요합니다"),
    ],
)
async def test_words_follow_the_reader(sqlite_world: World, accept: str, message: str) -> None:
    response = await sqlite_world.client.get("/api/me", headers={"Accept-Language": accept})
    problem = response.json()
    assert (problem["detail"], problem["error"]["message"]) == (message, message)
    assert problem["title"] == "Sign-in is required"
    assert problem["instance"] == "/api/me"
    assert problem["request_id"] == response.headers["X-Request-ID"]


async def test_a_bonus_from_a_player_is_ignored(sqlite_world: World) -> None:
    player = await sqlite_world.player("kim")
    answer = await sqlite_world.ok("POST", STAMP, json={"xp_bonus": 500}, headers=player.headers)
    assert answer["xp_added"] == 20


async def test_a_bonus_from_an_operator_counts(sqlite_world: World) -> None:
    both = await sqlite_world.token("kim", "player", "admin")
    answer = await sqlite_world.ok("POST", STAMP, json={"xp_bonus": 80}, headers=both)
    assert (answer["xp_added"], answer["current_level"]) == (100, 3)
    assert [reward["level"] for reward in answer["rewards"]] == [1, 2, 3]


async def test_an_unexpected_error_tells_nothing(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    player = await sqlite_world.player("kim", ROULETTE_COIN=1)
    await sqlite_world.sql("DROP TABLE outbox")
    await sqlite_world.sql("DROP TABLE season_claims")
    response = await sqlite_world.client.get("/api/season-pass/status", headers=player.headers)
    assert (response.status_code, response.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "season_claims" not in response.text
    assert json.loads(response.text)["error"]["details"] == {}
    assert response.headers["x-request-id"] == response.json()["request_id"]
    assert (response.headers["cache-control"], response.headers["x-frame-options"]) == ("no-store", "DENY")


async def test_a_day_is_no_number_of_seconds(sqlite_world: World) -> None:
    admin = await sqlite_world.token("me", "admin")
    path, body = "/api/admin/rankings/1767225600", {"entries": [], "reason": "a test"}
    assert await sqlite_world.code("PUT", path, json=body, headers=admin) == (422, "VALIDATION_ERROR")
