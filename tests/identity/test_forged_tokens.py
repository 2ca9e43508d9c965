"""Whatever a forger makes of a token, it is refused."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from app.core.claims import LEEWAY
from tests.fixtures import settings_for
from tests.identity.door import WALL, Door

SECRET = settings_for("sqlite+aiosqlite://").jwt_secret.get_secret_value()
OUR_HEADER = {"alg": "HS256", "kid": "k1", "typ": "at+jwt"}
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PRIVATE_PEM = RSA_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC_PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
NOW = int(WALL.timestamp())


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token of ours; None takes one away."""
    good = {
        "iss": "dojang", "aud": "dojang", "sub": "forger", "host": "main", "scope": "player",
        "iat": NOW, "exp": NOW + 900, "jti": "01", "sid": "02",
    } | changes  # fmt: skip
    return {name: value for name, value in good.items() if value is not None}


def sealed(header: Any, payload: Any, secret: str = SECRET, digest: str = "sha256") -> str:
    """Any header and payload with an HMAC signature, past all that a library would refuse to sign."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    body = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    signature = hmac.digest(secret.encode(), body.encode(), digest)
    return f"{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def ours(header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token sealed with our own secret: only what the test changes is wrong with it."""
    return sealed(OUR_HEADER | (header or {}), claims(**changes))


def unsigned(alg: str) -> str:
    return sealed(OUR_HEADER | {"alg": alg}, claims()).rsplit(".", 1)[0] + "."


def signed_by_hosts_key(**changes: Any) -> str:
    return jwt.encode(claims(**changes), PRIVATE_PEM, "RS256", {"kid": "k1", "typ": "at+jwt"})


FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg nOnE": lambda: unsigned("nOnE"),
    "alg empty": lambda: unsigned(""),
    "alg none with a signature": lambda: ours({"alg": "none"}),
    "alg HS512": lambda: ours({"alg": "HS512"}),

    "our secret with HS384": lambda: sealed(OUR_HEADER | {"alg": "HS384"}, claims(), digest="sha384"),
    "no alg": lambda: sealed({"kid": "k1", "typ": "at+jwt"}, claims()),
    "no signature": lambda: ours().rsplit(".", 1)[0] + ".",
    "a signature too short": lambda: ours()[:-4],
    "no dot": lambda: "garbage",
    "only dots": lambda: "..",
    "four parts": lambda: ours() + ".x",
    "five parts, as an encrypted one": lambda: ours() + ".x.y",
    "not base64": lambda: "!!!.???.###",
    "not ASCII": lambda: "도장.도장.도장",
    "cut in the middle": lambda: ours()[: len(ours()) // 2],
    "5 kB": lambda: ours(padding="x" * 5000),
    "a header that is a list": lambda: sealed([1], claims()),
    "a header that is no JSON": lambda: sealed(b"{", claims()),
    "a header nested too deep": lambda: sealed(b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", claims()),
    "a payload that is a list": lambda: sealed(OUR_HEADER, [claims()]),
    "a payload that is no JSON": lambda: sealed(OUR_HEADER, b"{"),
    "a payload that is not UTF-8": lambda: sealed(OUR_HEADER, b"\xff\xfe{}"),
    "a changed payload": lambda: ours().replace(ours().split(".")[1], ours(sub="admin").split(".")[1]),
    "another secret": lambda: sealed(OUR_HEADER, claims(), "y" * 32),
    "an empty secret": lambda: sealed(OUR_HEADER, claims(), ""),
    "an unknown kid": lambda: ours({"kid": "k9"}),
    "a kid that is a path": lambda: sealed(OUR_HEADER | {"kid": "../../dev/null"}, claims(), ""),
    "a kid that is SQL": lambda: sealed(OUR_HEADER | {"kid": "' UNION SELECT 'a"}, claims(), "a"),
    "a kid that is null": lambda: ours({"kid": None}),
    "a kid that is a number": lambda: ours({"kid": 1}),
    "a kid that is an object": lambda: ours({"kid": {"k1": 1}}),
    "no kid": lambda: sealed({"alg": "HS256", "typ": "at+jwt"}, claims()),
    "a jku header": lambda: ours({"jku": "https://evil.example/keys"}),
    "an x5u header": lambda: ours({"x5u": "https://evil.example/cert"}),
    "a jwk header": lambda: ours({"jwk": {"kty": "oct", "k": "eA"}}),
    "an x5c header": lambda: ours({"x5c": ["MII"]}),
    "a crit header": lambda: ours({"crit": ["exp"]}),
    "b64 false": lambda: ours({"b64": False, "crit": ["b64"]}),
    "a header that nobody asked for": lambda: ours({"cty": "JWT"}),
    "the type of another token": lambda: ours({"typ": "JWT"}),
    "no type": lambda: sealed({"alg": "HS256", "kid": "k1"}, claims()),
    "our name, a host's key": signed_by_hosts_key,
    "our name, a host's public key as the secret": lambda: sealed(OUR_HEADER, claims(), PUBLIC_PEM),
    "a host's name, its public key as the secret": lambda: sealed(
        {"alg": "HS256", "typ": "JWT"}, claims(iss="https://host.example"), PUBLIC_PEM
    ),
    "a host's name, our secret": lambda: ours(iss="https://host.example"),
    "an unknown issuer": lambda: ours(iss="somebody"),
    "an issuer that is a list": lambda: ours(iss=["dojang"]),
    "an issuer that is an object": lambda: ours(iss={"dojang": 1}),
    "another audience": lambda: ours(aud="billing"),
    "no iss": lambda: ours(iss=None),
    "no aud": lambda: ours(aud=None),
    "no sub": lambda: ours(sub=None),
    "no iat": lambda: ours(iat=None),
    "no exp": lambda: ours(exp=None),
    "no jti": lambda: ours(jti=None, sid=None),
    "no host": lambda: ours(host=None),
    "no scope": lambda: ours(scope=None),
    "an empty scope": lambda: ours(scope=" "),
    "a scope that is a list": lambda: ours(scope=["player"]),
    "an unknown scope": lambda: ours(scope="player root"),
    "a staff scope without a version": lambda: ours(scope="admin"),
    "a sub that is a number": lambda: ours(sub=7),
    "an empty sub": lambda: ours(sub=""),
    "a sub of 101 characters": lambda: ours(sub="x" * 101),
    "a sub with a space behind": lambda: ours(sub="kim "),
    "a sub with a line break": lambda: ours(sub="kim\nadmin"),
    "a sub with NUL": lambda: ours(sub="kim\0"),
    "a sub with half a character": lambda: ours(sub="kim\ud800"),
    "an unknown host": lambda: ours(host="nowhere"),
    "issued in the future": lambda: ours(iat=NOW + 30),
    "exp is text": lambda: ours(exp="tomorrow"),
    "exp is text of digits": lambda: ours(exp=str(NOW + 900)),
    "exp is true": lambda: ours(exp=True),
    "exp is NaN": lambda: ours(exp=float("nan")),
    "exp is infinite": lambda: ours(exp=float("inf")),
    "exp is beyond all dates": lambda: ours(exp=10**30),
    "exp has 400 digits": lambda: ours(exp=10**400),
    "iat is negative": lambda: ours(iat=-1),
    "iat is a list": lambda: ours(iat=[NOW]),
}  # fmt: skip


@pytest.fixture
async def guarded(sqlite_door: Door) -> Door:
    """A door that also knows a host with a key of its own."""
    await sqlite_door.add_host(
        "host", jwt_algorithm="RS256", jwt_public_key=PUBLIC_PEM, jwt_issuer="https://host.example"
    )
    sqlite_door.wall.set(WALL)
    return sqlite_door


@pytest.mark.parametrize("trick", FORGED)
async def test_a_forged_token_is_invalid(guarded: Door, trick: str) -> None:
    assert await guarded.verdict(FORGED[trick]()) == "TOKEN_INVALID"


async def test_the_forger_starts_from_a_token_that_is_good(guarded: Door) -> None:
    assert await guarded.verdict(ours()) == "OK"


async def test_a_good_token_of_the_host_is_good_and_the_hosts_key_is_the_only_difference(guarded: Door) -> None:
    assert await guarded.verdict(signed_by_hosts_key(iss="https://host.example")) == "OK"


async def test_a_refresh_token_is_no_access_token(sqlite_door: Door) -> None:
    signed_in = await sqlite_door.sign_in("kim")
    assert await sqlite_door.me(signed_in["access_token"]) == "OK"
    assert await sqlite_door.me(signed_in["refresh_token"]) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "AUTH_REQUIRED"),
        ("", "AUTH_REQUIRED"),
        ("Bearer", "AUTH_REQUIRED"),
        ("Bearer  ", "AUTH_REQUIRED"),
        ("Basic a2ltOmtpbQ==", "AUTH_REQUIRED"),
        ("Bearer garbage", "TOKEN_INVALID"),
        ("bearer garbage", "TOKEN_INVALID"),
    ],
)
async def test_no_token_and_a_bad_token_are_told_apart(sqlite_door: Door, header: str | None, code: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = await sqlite_door.world.client.get("/api/me", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, code)
    assert "garbage" not in response.text


async def test_two_authorization_headers_are_refused(sqlite_door: Door) -> None:
    good = (await sqlite_door.sign_in("kim"))["access_token"]
    headers = [("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}")]
    response = await sqlite_door.world.client.get("/api/me", headers=headers)
    assert response.json()["error"]["code"] == "TOKEN_INVALID"


@pytest.mark.parametrize(
    ("after_seconds", "verdict"),
    [(0, "OK"), (899, "OK"), (900, "OK"), (909.4, "OK"), (910, "TOKEN_EXPIRED"), (10**6, "TOKEN_EXPIRED")],
)
@pytest.mark.parametrize("is_cached", [True, False], ids=["seen before", "never seen"])
async def test_a_token_ends_ten_seconds_after_its_exp_on_the_tokens_clock(
    guarded: Door, after_seconds: float, verdict: str, is_cached: bool
) -> None:
    token = ours()
    if is_cached:
        assert await guarded.verdict(token) == "OK"
    guarded.wall.set(datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=after_seconds))
    assert await guarded.verdict(token) == verdict


async def test_a_token_may_come_ten_seconds_before_its_iat(guarded: Door) -> None:
    begins = WALL + timedelta(hours=1)
    token = ours(iat=begins.timestamp(), exp=int(begins.timestamp()) + 900)
    guarded.wall.set(begins - LEEWAY - timedelta(milliseconds=1))
    assert await guarded.verdict(token) == "TOKEN_INVALID"
    guarded.wall.set(begins - LEEWAY)
    assert await guarded.verdict(token) == "OK"


async def test_moving_the_business_clock_by_years_signs_nobody_out(sqlite_door: Door) -> None:
    signed_in = await sqlite_door.sign_in("kim")
    sqlite_door.world.clock.advance(days=4000)
    assert await sqlite_door.me(signed_in["access_token"]) == "OK"
    assert (await sqlite_door.refresh(signed_in["refresh_token"])).status_code == 200


async def test_forged_tokens_are_not_remembered(guarded: Door) -> None:
    for trick in FORGED.values():
        await guarded.verdict(trick())
    assert guarded.authenticator._seen == {}
