"""Tokens that hosts sign themselves: their pinned key, their issuer, one scope, a bounded life."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.utils import base64url_decode, base64url_encode

from app.core.host_tokens import parse_key
from app.services import Services
from tests.identity.door import WALL, Door, at_once

ISSUER = "https://host.example"
NOW = int(WALL.timestamp())
HMAC_SECRET = "a host's own secret of enough bytes for each of the HMAC algorithms"


def pair(key: Any) -> tuple[str, str]:
    """(private PEM, public PEM)."""
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


PAIRS = {
    "RS256": pair(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
    "ES256": pair(ec.generate_private_key(ec.SECP256R1())),
    "EdDSA": pair(ed25519.Ed25519PrivateKey.generate()),
    "HS256": (HMAC_SECRET, HMAC_SECRET),
}
SMALL_RSA = pair(rsa.generate_private_key(public_exponent=65537, key_size=1024))


def claims(**changes: Any) -> dict[str, Any]:
    good = {"iss": ISSUER, "sub": "kim", "iat": NOW, "exp": NOW + 3600} | changes
    return {name: value for name, value in good.items() if value is not None}


def signed(algorithm: str = "ES256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), PAIRS[algorithm][0], algorithm)


async def add_host(door: Door, algorithm: str = "ES256", **more: Any) -> None:
    signing = {"jwt_algorithm": algorithm, "jwt_public_key": PAIRS[algorithm][1], "jwt_issuer": ISSUER} | more
    await door.add_host("host", **signing)
    door.wall.set(WALL)


@pytest.mark.parametrize("algorithm", PAIRS)
async def test_each_pinned_algorithm_verifies_its_own_key(sqlite_door: Door, algorithm: str) -> None:
    await add_host(sqlite_door, algorithm)
    principal = await sqlite_door.authenticator.principal(signed(algorithm))
    assert (principal.subject, principal.host_code) == ("kim", "host")


@pytest.mark.parametrize("pinned", PAIRS)
@pytest.mark.parametrize("used", PAIRS)
async def test_no_other_algorithm_does(sqlite_door: Door, pinned: str, used: str) -> None:
    await add_host(sqlite_door, pinned)
    expected = "OK" if used == pinned else "TOKEN_INVALID"
    assert await sqlite_door.verdict(signed(used)) == expected


@pytest.mark.parametrize(("pinned", "used"), [("RS256", "RS512"), ("RS256", "PS256"), ("HS256", "HS384")])
async def test_nor_does_another_of_the_same_family(sqlite_door: Door, pinned: str, used: str) -> None:
    await add_host(sqlite_door, pinned)
    assert await sqlite_door.verdict(jwt.encode(claims(), PAIRS[pinned][0], used)) == "TOKEN_INVALID"


@pytest.mark.parametrize("header", ["jku", "jwk", "x5u", "x5c", "zip", "enc"])
async def test_a_header_that_says_where_to_find_the_key_is_refused(sqlite_door: Door, header: str) -> None:
    await add_host(sqlite_door)
    token = jwt.encode(claims(), PAIRS["ES256"][0], "ES256", {header: "https://host.example/keys"})
    assert await sqlite_door.verdict(token) == "TOKEN_INVALID"


async def test_the_scope_is_player_whatever_the_token_says(sqlite_door: Door) -> None:
    await add_host(sqlite_door)
    token = signed(scope="admin ops host", scopes=["admin"], ver=1, host="main")
    principal = await sqlite_door.authenticator.principal(token)
    assert principal.scopes == {"player"}
    assert (principal.host_code, principal.staff_version) == ("host", None)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"exp": NOW + 86_400}, "OK"),
        ({"exp": NOW + 86_401}, "TOKEN_INVALID"),
        ({"iat": NOW - 90_000, "exp": NOW + 60}, "TOKEN_INVALID"),
        ({"iat": NOW - 3600, "exp": NOW - 60}, "TOKEN_EXPIRED"),
        ({"iat": NOW + 60}, "TOKEN_INVALID"),
        ({"nbf": NOW + 60}, "TOKEN_INVALID"),
        ({"nbf": NOW + 5}, "OK"),
        ({"nbf": "soon"}, "TOKEN_INVALID"),
        ({"iat": float(NOW) + 0.25}, "OK"),
        ({"iat": None}, "TOKEN_INVALID"),
        ({"exp": None}, "TOKEN_INVALID"),
        ({"sub": None}, "TOKEN_INVALID"),
        ({"sub": "kim "}, "TOKEN_INVALID"),
        ({"iss": "https://other.example"}, "TOKEN_INVALID"),
    ],
)
async def test_its_times_and_names_are_judged(sqlite_door: Door, changes: dict[str, Any], verdict: str) -> None:
    await add_host(sqlite_door, max_life_seconds=86_400)
    assert await sqlite_door.verdict(signed(**changes)) == verdict


@pytest.mark.parametrize(
    ("configured", "aud", "verdict"),
    [
        (None, None, "OK"),
        (None, "anything", "OK"),
        ("dojang-pass", "dojang-pass", "OK"),
        ("dojang-pass", ["web", "dojang-pass"], "OK"),
        ("dojang-pass", "web", "TOKEN_INVALID"),
        ("dojang-pass", None, "TOKEN_INVALID"),
    ],
)
async def test_the_audience_counts_where_one_is_configured(
    sqlite_door: Door, configured: str | None, aud: Any, verdict: str
) -> None:
    await add_host(sqlite_door, jwt_audience=configured)
    assert await sqlite_door.verdict(signed(aud=aud)) == verdict


async def test_a_host_that_takes_our_name_gains_nothing(sqlite_door: Door) -> None:
    await add_host(sqlite_door, jwt_issuer="dojang")
    assert await sqlite_door.verdict(signed(iss="dojang")) == "TOKEN_INVALID"
    assert await sqlite_door.me((await sqlite_door.sign_in("kim"))["access_token"]) == "OK"


async def test_a_host_that_does_not_sign_is_not_believed(sqlite_door: Door) -> None:
    await sqlite_door.add_host("host", jwt_issuer=ISSUER)
    assert await sqlite_door.verdict(signed()) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"is_active": False}, "HOST_DISABLED"),
        ({"jwt_public_key": pair(ec.generate_private_key(ec.SECP256R1()))[1]}, "TOKEN_INVALID"),
    ],
)
async def test_a_host_switched_off_or_with_a_new_key_is_noticed_within_seconds(
    sqlite_door: Door, change: dict[str, Any], verdict: str
) -> None:
    await add_host(sqlite_door)
    token = signed()
    assert await sqlite_door.verdict(token) == "OK"
    await sqlite_door.house.write(lambda k: k.identity.change_host("host", **change))
    sqlite_door.wall.advance(seconds=2)
    assert await sqlite_door.verdict(token) == verdict


async def test_a_player_of_a_host_that_was_switched_off_is_out_with_our_tokens_too(sqlite_door: Door) -> None:
    token = (await sqlite_door.sign_in("kim"))["access_token"]
    await sqlite_door.house.write(lambda k: k.identity.change_host("main", is_active=False))
    sqlite_door.wall.advance(seconds=3)
    assert await sqlite_door.me(token) == "HOST_DISABLED"


async def test_fifty_first_requests_at_once_make_one_player(door: Door) -> None:
    await add_host(door)
    token = signed()
    verdicts = await at_once(50, lambda: door.me(token))
    assert verdicts == ["OK"] * 50
    rows = await door.world.rows(
        "SELECT u.external_id FROM user_profiles u JOIN hosts h ON h.id = u.host_id WHERE h.code = 'host'"
    )
    assert rows == [("kim",)]
    logins = await door.world.rows("SELECT event_type FROM user_event_log WHERE event_type = 'AUTH_LOGIN'")
    assert logins == [("AUTH_LOGIN",)]


async def test_the_same_name_at_two_hosts_is_two_players(door: Door) -> None:
    await add_host(door)
    here = (await door.sign_in("kim"))["user"]["id"]
    there = await door.authenticator.player_id(await door.authenticator.principal(signed()))
    assert here != there


async def test_a_hosts_token_can_be_signed_out_without_the_host(door: Door) -> None:
    await add_host(door)
    first, second = signed(), signed(iat=NOW - 1)
    assert [await door.me(first), await door.me(second)] == ["OK", "OK"]
    await door.world.ok("POST", "/api/auth/logout", headers={"Authorization": f"Bearer {first}"})
    assert [await door.me(first), await door.me(second)] == ["TOKEN_REVOKED", "OK"]


def twin(token: str) -> str:
    """The same header and payload under the other signature that ES256 takes for them: s becomes n - s."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, _, signature = token.rpartition(".")
    raw = base64url_decode(signature)
    other = order - int.from_bytes(raw[32:], "big")
    return f"{head}.{base64url_encode(raw[:32] + other.to_bytes(32, 'big')).decode()}"


async def test_a_token_that_was_signed_out_is_dead_under_every_signature(door: Door) -> None:
    await add_host(door)
    token, other = signed(), signed(iat=NOW - 1)
    again = jwt.encode(claims(), PAIRS["ES256"][0], "ES256")
    spellings = [twin(token), again, twin(again), token + "="]
    assert len({token, *spellings}) == 5
    assert [await door.me(one) for one in (token, twin(token), again)] == ["OK"] * 3
    await door.world.ok("POST", "/api/auth/logout", headers={"Authorization": f"Bearer {twin(token)}"})
    assert {await door.me(one) for one in (token, *spellings)} <= {"TOKEN_REVOKED", "TOKEN_INVALID"}
    assert await door.me(twin(other)) == "OK"


async def test_sign_out_everywhere_counts_for_a_token_that_begins_later_than_it_was_signed(door: Door) -> None:
    await add_host(door)
    token = signed(nbf=NOW + 30)
    door.wall.advance(seconds=25)
    user_id = await door.authenticator.player_id(await door.authenticator.principal(token))
    ended_at = WALL + timedelta(seconds=20)

    async def sign_out_everywhere(keepers: Services) -> None:
        await keepers.player.change(user_id, tokens_valid_from=ended_at)

    await door.house.write(sign_out_everywhere)
    assert await door.me(token) == "TOKEN_REVOKED"


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("none", "x"),
        ("HS512", HMAC_SECRET * 3),
        ("HS256", "short"),
        ("HS256", PAIRS["RS256"][1]),
        ("RS256", HMAC_SECRET),
        ("RS256", SMALL_RSA[1]),
        ("RS256", PAIRS["ES256"][1]),
        ("RS256", PAIRS["RS256"][0]),
        ("ES256", PAIRS["ES256"][0]),
        ("ES256", pair(ec.generate_private_key(ec.SECP384R1()))[1]),
        ("EdDSA", PAIRS["EdDSA"][0]),
        ("EdDSA", ""),
    ],
    ids=[
        "none",
        "unknown",
        "short secret",
        "PEM as secret",
        "secret as PEM",
        "small RSA",
        "EC as RSA",
        "private RSA",
        "private EC",
        "another curve",
        "private Ed25519",
        "empty",
    ],
)
async def test_a_key_that_does_not_fit_is_named_when_saved_and_believed_by_nobody(
    sqlite_door: Door, algorithm: str, key: str
) -> None:
    with pytest.raises(ValueError, match=r"key|algorithm|secret"):
        parse_key(algorithm, key)
    await add_host(sqlite_door, jwt_algorithm=algorithm, jwt_public_key=key)
    assert await sqlite_door.verdict(signed()) == "TOKEN_INVALID"


async def test_a_shared_secret_is_stored_encrypted_and_still_verifies(door: Door) -> None:
    admin, why = await door.world.token("boss", "admin"), {"reason": "they sign themselves"}
    body = {"algorithm": "HS256", "public_key": HMAC_SECRET, "issuer": ISSUER} | why
    await door.world.ok("PUT", "/api/admin/hosts/main/signing", json=body, headers=admin | {"If-Match": "*"})
    [(stored,)] = await door.world.rows("SELECT jwt_public_key FROM hosts WHERE code = 'main'")
    assert stored.startswith("enc:")
    assert HMAC_SECRET not in stored
    door.wall.set(WALL)
    door.wall.advance(seconds=3)
    assert await door.verdict(signed("HS256", iat=NOW + 1)) == "OK"
