"""The answer to a token that is refused says little; the log says why, for every way in which it can be refused."""

import re
from pathlib import Path
from typing import Any

import jwt
import pytest
import structlog
from structlog.testing import LogCapture

from app.core import claims as claims_module
from app.core.tokens import ALGORITHM
from tests.identity.door import WALL, Door, bearer
from tests.identity.test_first_use import FIRST, ISSUER, SECOND, pem, signed
from tests.world import key

APP = Path(__file__).parents[2] / "backend" / "app"
LOGS = Path(__file__).parents[2] / "docs" / "logs.md"
NOW = int(WALL.timestamp())


def theirs(signer: Any = FIRST, **changes: Any) -> str:
    """A token of the host's; None leaves a claim out."""
    claims = {"iss": ISSUER, "aud": "us", "sub": "kim", "iat": NOW, "exp": NOW + 3600} | changes
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, signer, "ES256")


@pytest.fixture
async def host(sqlite_door: Door) -> Door:
    await sqlite_door.add_host(
        "host", jwt_algorithm="ES256", jwt_public_key=pem(FIRST), jwt_issuer=ISSUER, jwt_audience="us"
    )
    sqlite_door.wall.set(WALL)
    return sqlite_door


LINES = LogCapture()


@pytest.fixture(autouse=True)
def written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the log gets: a logger that was used before writes to the stream of its first test."""
    LINES.entries.clear()
    monkeypatch.setattr(claims_module, "log", structlog.wrap_logger(None, processors=[LINES]))


def reasons() -> list[tuple[str, str]]:
    """(code, reason) of every refusal since the last look."""
    found = [(line["code"], line["reason"]) for line in LINES.entries if line["event"] == "token_refused"]
    LINES.entries.clear()
    return found


async def refusal(door: Door, headers: dict[str, str], path: str = "/api/me") -> tuple[str, str]:
    """(the code of the answer, the reason in the log): the answer never holds the reason."""
    answer = await door.world.client.get(path, headers=headers)
    [(code, reason)] = reasons()
    assert (code, {}) == (answer.json()["error"]["code"], answer.json()["error"]["details"])
    return code, reason


@pytest.mark.parametrize(
    ("changes", "code", "reason"),
    [
        ({"aud": None}, "TOKEN_INVALID", "missing_aud"),
        ({"aud": "them"}, "TOKEN_INVALID", "audience"),
        ({"exp": NOW + 30 * 86_400}, "TOKEN_INVALID", "life_too_long"),
        ({"exp": None}, "TOKEN_INVALID", "missing_exp"),
        ({"iat": None}, "TOKEN_INVALID", "missing_iat"),
        ({"sub": None}, "TOKEN_INVALID", "missing_sub"),
        ({"sub": ""}, "TOKEN_INVALID", "subject"),
        ({"iat": NOW + 600}, "TOKEN_INVALID", "not_yet"),
        ({"exp": NOW - 600, "iat": NOW - 4_000}, "TOKEN_EXPIRED", "expired"),
        ({"iss": "https://nobody.example"}, "TOKEN_INVALID", "unknown_issuer"),
        ({"signer": SECOND}, "TOKEN_INVALID", "signature"),
    ],
    ids=lambda value: value if isinstance(value, str) else "of",
)
async def test_a_hosts_token(host: Door, changes: dict[str, Any], code: str, reason: str) -> None:
    assert await refusal(host, bearer(theirs(**changes))) == (code, reason)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("x", "unreadable"),
        ("x" * 5_000, "too_long"),
        (jwt.encode({"sub": "a"}, "k" * 32, "HS256", {"jku": "https://evil.example"}), "header"),
    ],
    ids=["garbage", "too long", "a header of its own"],
)
async def test_what_is_no_token(host: Door, token: str, reason: str) -> None:
    assert await refusal(host, bearer(token)) == ("TOKEN_INVALID", reason)


async def test_a_token_of_ours_with_another_key_id(host: Door) -> None:
    claims = {"iss": host.keys.issuer, "sub": "kim", "iat": NOW, "exp": NOW + 60}
    other = jwt.encode(claims, "k" * 32, ALGORITHM, {"kid": "other", "typ": "at+jwt"})
    assert await refusal(host, bearer(other)) == ("TOKEN_INVALID", "unknown_key_id")


async def test_a_host_that_is_off_and_a_player_who_left(host: Door) -> None:
    token = (await host.sign_in("kim"))["access_token"]
    await host.world.ok("POST", "/api/auth/logout", headers=bearer(token) | key())
    assert await refusal(host, bearer(token)) == ("TOKEN_REVOKED", "signed_out")
    await host.house.write(lambda k: k.identity.change_host("host", is_active=False))
    host.wall.advance(seconds=3)
    assert await refusal(host, bearer(signed_for_us())) == ("HOST_DISABLED", "host_off")


def signed_for_us() -> str:
    return theirs(iat=NOW, exp=NOW + 3600)


@pytest.mark.parametrize(
    ("shown", "reason"), [("dk_" + "a" * 43, "unknown_api_key"), ("secret", "no_api_key")], ids=["unknown", "no key"]
)
async def test_an_api_key(host: Door, shown: str, reason: str) -> None:
    body = {"external_id": "kim"}
    answer = await host.world.client.post("/api/auth/token", json=body, headers={"X-API-Key": shown})
    assert answer.json()["error"]["code"] == "TOKEN_INVALID"
    assert reasons() == [("TOKEN_INVALID", reason)]


async def test_a_host_whose_keys_can_not_be_fetched_has_a_code_of_its_own(sqlite_door: Door) -> None:
    door = sqlite_door
    await door.add_host("host", jwt_algorithm="ES256", jwt_jwks_url="http://127.0.0.1:9/keys", jwt_issuer=ISSUER)
    door.wall.set(WALL)
    for language, words in (
        ("ko", "서명 키를 지금 가져올 수 없습니다"),
        ("en", "The host's keys can't be fetched now"),
    ):
        headers = bearer(signed(kid="a")) | {"Accept-Language": language}
        answer = await door.world.client.get("/api/me", headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert (answer.json()["error"]["code"], answer.json()["detail"]) == ("JWKS_UNAVAILABLE", words)


def test_no_token_is_refused_without_a_reason_and_each_reason_is_in_the_documents() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in APP.rglob("*.py")}
    silent = [path.name for path, text in sources.items() if re.search(r'AppError\("TOKEN_', text)]
    assert silent == []
    told = {reason for text in sources.values() for reason in re.findall(r'refused_token\(\s*"([a-z_]+)"', text)}
    told |= set(re.findall(r'jwt\.\w+Error: "([a-z_]+)"', sources[APP / "core" / "claims.py"]))
    assert len(told) > 15
    page = LOGS.read_text(encoding="utf-8")
    assert [reason for reason in sorted(told) if f"`{reason}`" not in page] == []
