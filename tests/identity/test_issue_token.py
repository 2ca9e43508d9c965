"""Tokens made at the terminal."""

import json

import pytest

from app.core.errors import AppError
from app.flows.issue_token import issue_token
from tests.identity.door import Door


async def issue(door: Door, subject: str, *scopes: str, host: str = "main", ttl_seconds: int = 60) -> str:
    return await issue_token(
        door.house, door.keys, subject=subject, scopes=frozenset(scopes), host=host, ttl_seconds=ttl_seconds
    )


async def audit(door: Door) -> list[tuple[str, str, str]]:
    rows = await door.world.rows(
        "SELECT actor, action, target FROM admin_audit_log WHERE actor <> 'system:seed' ORDER BY id"
    )
    return [(actor, action, target) for actor, action, target in rows]


async def test_a_players_token_needs_no_row_and_its_first_request_makes_one(door: Door) -> None:
    token = await issue_token(door.house, door.keys, subject="qa", ttl_seconds=60)
    assert await door.world.rows("SELECT * FROM user_profiles") == []
    assert await door.me(token) == "OK"
    assert await door.world.rows("SELECT external_id FROM user_profiles") == [("qa",)]
    assert await audit(door) == []
    door.wall.advance(seconds=70)
    assert await door.me(token) == "TOKEN_EXPIRED"


async def test_a_staff_token_makes_the_operator_and_raises_missing_scopes_with_audit(door: Door) -> None:
    await issue(door, "QA", "ops")
    await issue(door, "qa", "ops")
    token = await issue(door, "qa", "admin", "player")
    assert [action for _, action, _ in await audit(door)] == [
        "STAFF_ADDED", "TOKEN_ISSUED", "TOKEN_ISSUED", "STAFF_SCOPES_RAISED", "TOKEN_ISSUED",
    ]  # fmt: skip
    assert {(actor, target) for actor, _, target in await audit(door)} == {("cli", "staff:qa")}
    assert await door.world.rows("SELECT login, scopes, password_hash FROM staff") == [("qa", "admin ops", None)]
    [(before, after)] = await door.world.rows(
        "SELECT before_json, after_json FROM (SELECT `before` AS before_json, `after` AS after_json, action "
        "FROM admin_audit_log) AS log WHERE action = 'STAFF_SCOPES_RAISED'"
    )
    assert (json.loads(before), json.loads(after)) == ({"scopes": ["ops"]}, {"scopes": ["admin", "ops"]})
    principal = await door.authenticator.staff(await door.authenticator.principal(token))
    assert principal.scopes == {"admin", "player"}
    assert await door.me(token) == "OK"


async def test_an_operator_who_was_switched_off_is_not_let_in_by_the_terminal(door: Door) -> None:
    staff_id = await door.add_staff("ops", "ops")
    await door.house.write(lambda k: k.identity.change_staff(staff_id, is_active=False))
    with pytest.raises(AppError, match="VALIDATION_ERROR"):
        await issue(door, "ops", "ops")


@pytest.mark.parametrize(
    ("subject", "scopes", "host", "ttl_seconds"),
    [
        ("", ["player"], "main", 60),
        ("kim ", ["player"], "main", 60),
        ("kim", [], "main", 60),
        ("kim", ["root"], "main", 60),
        ("kim", ["player", "root"], "main", 60),
        ("kim", ["player"], "nowhere", 60),
        ("kim", ["admin"], "nowhere", 60),
        ("kim", ["player"], "main", 0),
        ("kim", ["player"], "main", 10**9),
    ],
)
async def test_a_wrong_argument_is_named_and_nothing_is_left_behind(
    sqlite_door: Door, subject: str, scopes: list[str], host: str, ttl_seconds: int
) -> None:
    with pytest.raises(AppError, match="VALIDATION_ERROR") as refusal:
        await issue(sqlite_door, subject, *scopes, host=host, ttl_seconds=ttl_seconds)
    assert refusal.value.facts["fields"][0]["field"] in {"sub", "scope", "host", "ttl"}
    assert await sqlite_door.world.rows("SELECT * FROM staff") == []
