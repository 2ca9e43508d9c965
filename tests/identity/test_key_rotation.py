"""Changing our own signing key: nobody is signed out, and the old key ends with its configuration."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.cli.environment import demo_settings, settings_of
from app.core.auth import Principal
from app.core.jwks import Jwks
from app.core.key_rotation import THE_PRESENT_ONE, next_kid, rotation
from app.core.startup import weakness_of
from app.core.tokens import TokenKeys
from app.flows.authenticate import Authenticator
from tests.fixtures import settings_for
from tests.identity.door import WALL, Door

OLD, NEW = "old-" + "0123456789abcdef" * 2, "new-" + "0123456789abcdef" * 2


def keys(**settings: str) -> TokenKeys:
    return TokenKeys.from_settings(settings_for("sqlite+aiosqlite://", **settings))


BEFORE = keys(jwt_secret=OLD, jwt_kid="k1")
DURING = keys(jwt_secret=NEW, jwt_kid="k2", jwt_previous_secret=OLD, jwt_previous_kid="k1")
AFTER = keys(jwt_secret=NEW, jwt_kid="k2")
PLAYER = Principal("kim", frozenset({"player"}), "main", WALL, WALL + timedelta(minutes=15))


async def verdict(door: Door, of: TokenKeys, token: str) -> str:
    at_wall = replace(of, clock=door.wall)
    door.world.container.authenticator = Authenticator(
        door.house, at_wall, Jwks(door.wall), door.world.container.arrivals
    )
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
    with pytest.raises(ValueError, match="JWT_"):
        keys(**settings)


def test_the_secrets_are_never_printed() -> None:
    assert OLD not in repr(DURING)
    assert NEW not in repr(DURING)


def test_what_is_signed_comes_back_to_the_microsecond() -> None:
    staff = replace(PLAYER, scopes=frozenset({"player", "ops"}), staff_version=3, session_id="s", issued_at=WALL)
    token = AFTER.sign(staff)
    header = {"alg": "HS256", "kid": "k2", "typ": "at+jwt"}
    assert AFTER.verify(token, header) == replace(staff, expires_at=staff.expires_at.replace(microsecond=0))


async def test_the_way_that_operations_md_tells(sqlite_door: Door, tmp_path: Path) -> None:
    """`ops rotate-jwt-secret` → set the four → wait → remove two: every token is believed until it has expired."""
    before = demo_settings(tmp_path, None)
    old = before.jwt_secret.get_secret_value()
    printed = CliRunner().invoke(app, ["ops", "rotate-jwt-secret", "--data", str(tmp_path)])
    assert printed.exit_code == 0
    assert old not in printed.output
    said = dict(line.split("=", 1) for line in printed.stdout.splitlines() if line.startswith("JWT_"))
    assert weakness_of(said["JWT_SECRET"]) is None
    assert settings_of(tmp_path) == before, "it only prints"
    during = {name.lower(): old if value == THE_PRESENT_ONE else value for name, value in said.items()}
    after = {name: during[name] for name in ("jwt_secret", "jwt_kid")}
    held = TokenKeys.from_settings(before).sign(PLAYER)
    assert await verdict(sqlite_door, keys(**during), held) == "OK"
    fresh = keys(**during).sign(PLAYER)
    assert await verdict(sqlite_door, keys(**after), fresh) == "OK"
    assert await verdict(sqlite_door, keys(**after), held) == "TOKEN_INVALID"


@pytest.mark.parametrize(
    ("kid", "previous", "following"),
    [("k1", None, "k2"), ("k9", "k8", "k10"), ("k2", "k3", "k4"), ("main", None, "main-2"), ("2026", None, "2027")],
)
def test_the_next_key_has_an_id_of_its_own(kid: str, previous: str | None, following: str) -> None:
    assert next_kid(kid, previous) == following


def test_the_old_secret_is_named_and_never_printed() -> None:
    plan = rotation(settings_for("sqlite+aiosqlite://", jwt_secret=OLD, access_ttl_seconds=600), NEW)
    assert OLD not in str(plan)
    assert plan.wait_seconds == 600
