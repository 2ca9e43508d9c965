"""Changing our own signing key: nobody is signed out, and the old key ends with its configuration."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.core.auth import Principal
from app.core.jwks import Jwks
from app.core.tokens import TokenKeys
from app.flows.authenticate import Authenticator
from tests.fixtures import settings_for
from tests.identity.door import WALL, Door

OLD, NEW = "old-" + "0123456789abcdef" * 2, "new-" + "0123456789abcdef" * 2


def keys(**settings: str) -> TokenKeys:
    return TokenKeys.from_settings(settings_for("sqlite://", **settings))


BEFORE = keys(jwt_secret=OLD, jwt_kid="k1")
DURING = keys(jwt_secret=NEW, jwt_kid="k2", jwt_previous_secret=OLD, jwt_previous_kid="k1")
AFTER = keys(jwt_secret=NEW, jwt_kid="k2")
PLAYER = Principal("kim", frozenset({"player"}), "main", WALL, WALL + timedelta(minutes=15))


async def verdict(door: Door, of: TokenKeys, token: str) -> str:
    at_wall = replace(of, clock=door.wall)
    door.world.container.authenticator = Authenticator(door.house, at_wall, Jwks(door.wall))
    return await door.verdict(token)


async def test_the_previous_key_still_verifies_and_the_current_one_signs(sqlite_door: Door) -> None:
    old, new = BEFORE.sign(PLAYER), DURING.sign(PLAYER)
    assert await verdict(sqlite_door, DURING, old) == "OK"
    assert await verdict(sqlite_door, DURING, new) == "OK"
    assert await verdict(sqlite_door, BEFORE, new) == "TOKEN_INVALID"


async def test_a_key_that_is_no_longer_configured_verifies_nothing(sqlite_door: Door) -> None:
    assert await verdict(sqlite_door, AFTER, BEFORE.sign(PLAYER)) == "TOKEN_INVALID"


async def test_the_same_secret_under_another_kid_is_another_key(sqlite_door: Door) -> None:
    other = keys(jwt_secret=OLD, jwt_kid="k7")
    assert await verdict(sqlite_door, other, BEFORE.sign(PLAYER)) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    "settings",
    [
        {"jwt_secret": ""},
        {"jwt_secret": "x" * 31},
        {"jwt_secret": NEW, "jwt_previous_secret": "short", "jwt_previous_kid": "k0"},
        {"jwt_secret": NEW, "jwt_previous_secret": OLD},
        {"jwt_secret": NEW, "jwt_previous_secret": OLD, "jwt_previous_kid": "k1"},
    ],
)
def test_keys_that_would_be_weak_or_mixed_up_are_refused_at_start(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="JWT secret"):
        keys(**settings)


def test_the_secrets_are_never_printed() -> None:
    assert OLD not in repr(DURING)
    assert NEW not in repr(DURING)


def test_what_is_signed_comes_back_to_the_microsecond() -> None:
    staff = replace(PLAYER, scopes=frozenset({"player", "ops"}), staff_version=3, session_id="s", issued_at=WALL)
    token = AFTER.sign(staff)
    header = {"alg": "HS256", "kid": "k2", "typ": "at+jwt"}
    assert AFTER.verify(token, header) == replace(staff, expires_at=staff.expires_at.replace(microsecond=0))
