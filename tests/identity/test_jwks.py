"""Keys that hosts publish: fetched, kept, renewed, and never fetched in a storm."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.core.jwks import FETCHES_AT_ONCE, Jwks
from tests.identity.door import WALL, Door, at_once

ISSUER = "https://host.example"
NOW = int(WALL.timestamp())
FIRST, SECOND = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class KeyServer:
    """A host's key endpoint on loopback."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    raw: bytes | None = None
    location: str | None = None
    fetches: int = 0
    url: str = ""

    def body(self) -> bytes:
        return json.dumps({"keys": self.keys}).encode() if self.raw is None else self.raw


@pytest.fixture
def server() -> Iterator[KeyServer]:
    keys = KeyServer([published(FIRST, "a")])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys.fetches += 1
            self.send_response(keys.status)
            if keys.location:
                self.send_header("Location", keys.location)
            self.end_headers()
            self.wfile.write(keys.body())

        def log_message(self, *_: Any) -> None:
            """Silence."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    keys.url = f"http://127.0.0.1:{http.server_port}/keys"
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield keys
    http.shutdown()
    http.server_close()


def published(key: ec.EllipticCurvePrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid} | more


def signed(key: Any = FIRST, kid: str | None = "a", algorithm: str = "ES256") -> str:
    claims = {"iss": ISSUER, "sub": "kim", "iat": NOW, "exp": NOW + 20 * 3600}
    return jwt.encode(claims, key, algorithm, {"kid": kid} if kid else None)


@pytest.fixture
async def guarded(sqlite_door: Door, server: KeyServer) -> Door:
    await sqlite_door.add_host("host", jwt_algorithm="ES256", jwt_jwks_url=server.url, jwt_issuer=ISSUER)
    sqlite_door.wall.set(WALL)
    return sqlite_door


async def test_a_published_key_verifies(guarded: Door) -> None:
    assert await guarded.verdict(signed()) == "OK"


async def test_another_key_under_its_name_does_not(guarded: Door) -> None:
    assert await guarded.verdict(signed(SECOND)) == "TOKEN_INVALID"


async def test_a_hundred_tokens_at_once_fetch_once(guarded: Door, server: KeyServer) -> None:
    token = signed()
    assert await at_once(100, lambda: guarded.verdict(token)) == ["OK"] * 100
    assert server.fetches == 1


async def test_a_new_key_is_found_when_a_token_names_it(guarded: Door, server: KeyServer) -> None:
    assert await guarded.verdict(signed()) == "OK"
    assert await guarded.verdict(signed(SECOND, "b")) == "TOKEN_INVALID", "it is not published yet"
    server.keys.append(published(SECOND, "b"))
    assert await guarded.verdict(signed(SECOND, "b")) == "OK", "at once"
    assert server.fetches == 3


async def test_made_up_key_ids_cause_no_storm(guarded: Door, server: KeyServer) -> None:
    for number in range(50):
        assert await guarded.verdict(signed(SECOND, f"made-up-{number}")) == "TOKEN_INVALID"
    assert server.fetches == FETCHES_AT_ONCE
    guarded.wall.advance(seconds=30)
    for number in range(50):
        await guarded.verdict(signed(SECOND, f"made-up-{number}"))
        guarded.wall.advance(seconds=0.3)
    assert server.fetches <= 2 * FETCHES_AT_ONCE + 6, "then one in three seconds"
    server.keys.append(published(SECOND, "b"))
    guarded.wall.advance(seconds=3)
    assert await guarded.verdict(signed(SECOND, "b")) == "OK"


async def test_a_withdrawn_key_stops_counting_within_ten_minutes(guarded: Door, server: KeyServer) -> None:
    token = signed()
    assert await guarded.verdict(token) == "OK"
    server.keys = [published(SECOND, "b")]
    guarded.wall.advance(minutes=10)
    assert await guarded.verdict(token) == "OK"
    guarded.wall.advance(seconds=1)
    assert await guarded.verdict(token) == "TOKEN_INVALID"


async def test_while_the_host_is_away_its_last_keys_count_for_an_hour(guarded: Door, server: KeyServer) -> None:
    assert await guarded.verdict(signed()) == "OK"
    server.status = 503
    for minutes, verdict in ((11, "OK"), (60, "OK"), (72, "JWKS_UNAVAILABLE")):
        guarded.wall.set(WALL + timedelta(minutes=minutes))
        assert await guarded.verdict(signed()) == verdict


async def test_a_host_that_never_answered_is_asked_again_only_after_a_pause(guarded: Door, server: KeyServer) -> None:
    server.status = 500
    assert await at_once(20, lambda: guarded.verdict(signed())) == ["JWKS_UNAVAILABLE"] * 20
    assert server.fetches == 1
    server.status = 200
    guarded.wall.advance(seconds=6)
    assert await guarded.verdict(signed()) == "OK"


async def test_a_token_without_kid_needs_a_set_of_one(guarded: Door, server: KeyServer) -> None:
    assert await guarded.verdict(signed(kid=None)) == "OK"
    server.keys.append(published(SECOND, "b"))
    guarded.wall.advance(minutes=11)
    assert await guarded.verdict(signed(kid=None)) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "a"},
        published(FIRST, "a", use="enc"),
        ECAlgorithm.to_jwk(FIRST, as_dict=True) | {"kid": "a"},
        RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True) | {"kid": "a"},
        {"kty": "EC", "kid": "a"},
        {"kid": "a"},
        "text",
    ],
    ids=["a secret", "for encryption", "private", "another family", "half", "empty", "no object"],
)
async def test_a_key_that_may_not_verify_is_passed_over(guarded: Door, server: KeyServer, jwk: Any) -> None:
    server.keys = [jwk]
    assert await guarded.verdict(signed()) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"keys": 1}', b"\xff", b"[" * 50_000, b'{"keys": [], "x": "' + b"x" * 70_000 + b'"}']
)
async def test_an_answer_that_is_no_key_set_is_no_answer(guarded: Door, server: KeyServer, raw: bytes) -> None:
    server.raw = raw
    assert await guarded.verdict(signed()) == "JWKS_UNAVAILABLE"


async def test_a_redirect_is_not_followed(guarded: Door, server: KeyServer) -> None:
    server.status, server.location = 302, server.url + "?elsewhere"
    assert await guarded.verdict(signed()) == "JWKS_UNAVAILABLE"
    assert server.fetches == 1


async def test_keys_never_come_over_an_open_line(guarded: Door, server: KeyServer) -> None:
    guarded.authenticator.jwks = Jwks(guarded.wall)  # as in production
    assert await guarded.verdict(signed()) == "JWKS_UNAVAILABLE"
    guarded.authenticator.jwks = Jwks(guarded.wall, allow_plain_loopback=True)
    await guarded.house.write(lambda k: k.identity.change_host("host", jwt_jwks_url="http://keys.example/"))
    guarded.wall.advance(seconds=3)
    assert await guarded.verdict(signed()) == "JWKS_UNAVAILABLE"
    assert server.fetches == 0


async def test_a_published_secret_is_none(guarded: Door, server: KeyServer) -> None:
    server.keys = [{"kty": "oct", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg", "kid": "a"}]
    await guarded.house.write(lambda k: k.identity.change_host("host", jwt_algorithm="HS256"))
    guarded.wall.advance(seconds=3)
    assert await guarded.verdict(signed("x" * 32, algorithm="HS256")) == "TOKEN_INVALID"
    assert server.fetches == 0


async def test_of_a_host_that_is_off_no_keys_are_fetched(guarded: Door, server: KeyServer) -> None:
    await guarded.house.write(lambda k: k.identity.change_host("host", is_active=False))
    guarded.wall.advance(seconds=2)
    assert await guarded.verdict(signed()) == "HOST_DISABLED"
    assert server.fetches == 0
