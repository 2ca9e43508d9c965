"""`ops staff create` makes an operator once, and says what it did; a password never stands in an argument or a log."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.core.auth import ADMIN, OPS
from app.core.errors import AppError
from app.core.security import Passwords
from app.flows.create_staff import StaffMade, create_staff
from app.services.audit_service import AdminAct
from tests.fixtures import demo_data
from tests.identity.door import PASSWORD, Door, code_of

ACT = AdminAct("cli:kim", "a new colleague", None)
OTHER = "another password entirely"


async def make(door: Door, login: str = "ops@example.com", *scopes: str, password: str | None = PASSWORD) -> StaffMade:
    return await create_staff(
        door.house, door.keys, Passwords(), ACT, login=login, scopes=frozenset(scopes or {OPS}), password=password
    )


async def acts(door: Door) -> list[str]:
    return [
        row[0]
        for row in await door.world.rows("SELECT action FROM admin_audit_log WHERE actor <> 'system:seed' ORDER BY id")
    ]


async def test_an_operator_is_made_once_and_signs_in(door: Door) -> None:
    assert await make(door) == StaffMade("ops@example.com", ["ops"], True, True)
    assert await make(door, "OPS@example.com") == StaffMade("ops@example.com", ["ops"], False, False)
    assert await acts(door) == ["STAFF_ADDED", "STAFF_PASSWORD_SET"]
    assert code_of(await door.staff_sign_in("ops@example.com")) == "OK"
    [(stored,)] = await door.world.rows("SELECT password_hash FROM staff WHERE login = 'ops@example.com'")
    assert stored.startswith("$argon2id$")


async def test_a_missing_scope_is_added_and_none_is_taken_away(sqlite_door: Door) -> None:
    await make(sqlite_door, "ops", OPS)
    assert (await make(sqlite_door, "ops", ADMIN)).scopes == ["admin", "ops"]
    assert await acts(sqlite_door) == ["STAFF_ADDED", "STAFF_PASSWORD_SET", "STAFF_SCOPES_RAISED"]


async def test_a_new_password_ends_every_sign_in_of_the_old_one(sqlite_door: Door) -> None:
    door = sqlite_door
    await make(door, "ops")
    token = (await door.staff_sign_in("ops")).json()["access_token"]
    door.wall.advance(seconds=1)
    assert (await make(door, "ops", password=OTHER)).has_new_password
    principal = await door.authenticator.principal(token)
    with pytest.raises(AppError, match="TOKEN_REVOKED"):
        await door.authenticator.staff(principal)
    assert code_of(await door.staff_sign_in("ops")) == "INVALID_CREDENTIALS"
    assert code_of(await door.staff_sign_in("ops", OTHER)) == "OK"


async def test_what_can_not_be_is_refused_and_leaves_nothing(sqlite_door: Door) -> None:
    for login, scope, password, field in (
        ("", OPS, PASSWORD, "login"),
        ("x" * 101, OPS, PASSWORD, "login"),
        ("ops", "player", PASSWORD, "scope"),
        ("ops", OPS, "short", "password"),
        ("ops", OPS, "", "password"),
        ("ops", OPS, "x" * 1001, "password"),
    ):
        with pytest.raises(AppError, match="VALIDATION_ERROR") as refusal:
            await make(sqlite_door, login, scope, password=password)
        assert refusal.value.facts["fields"][0]["field"] == field
    assert await acts(sqlite_door) == []


@pytest.mark.parametrize("password", ["password1234", "qwertyuiop12", "aaaaaaaaaaaaaa", "minjun.kim12"])
async def test_a_password_that_is_easy_to_guess_is_refused(sqlite_door: Door, password: str) -> None:
    with pytest.raises(AppError) as refused:
        await make(sqlite_door, "minjun.kim", OPS, password=password)
    assert refused.value.facts["fields"][0]["field"] == "password"
    assert await sqlite_door.world.rows("SELECT login FROM staff") == []


def test_at_a_terminal_the_password_comes_from_stdin_or_a_link_stands_for_it(tmp_path: Path) -> None:
    demo_data(tmp_path)

    def run(*options: str, stdin: str | None = None) -> Result:
        command = ["ops", "staff", "create", "--login", "kim", "--reason", "new here", "--data", str(tmp_path)]
        return CliRunner().invoke(app, [*command, "--scope", "admin,ops", *options], input=stdin)

    made = run("--json", stdin=f"{PASSWORD}\n")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout) == {
        "login": "kim", "scopes": ["admin", "ops"], "is_new": True, "link": None, "has_new_password": True
    }  # fmt: skip
    assert PASSWORD not in made.output
    assert "kim: there, with admin, ops" in run(stdin=f"{PASSWORD}\n").stdout
    linked = run("--link", "--url", "https://play.example")
    assert "https://play.example/console/enter?key=" in linked.stdout
    assert run(stdin="short\n").exit_code == 1
