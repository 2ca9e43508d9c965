"""An operator who is switched off is out at once, everywhere, and stays out until somebody lets them in."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.core.errors import AppError
from app.flows.issue_token import issue_token
from app.flows.sign_in_link import issue_sign_in_link
from app.flows.switch_staff import switch_staff
from app.services import Services
from app.services.audit_service import AdminAct
from tests.fixtures import demo_data
from tests.identity.door import Door, bearer, code_of
from tests.world import World

ACT = AdminAct("cli:boss", "left the team", None)


async def switch(door: Door, login: str, *, is_active: bool) -> bool:
    return await switch_staff(door.house, door.keys, ACT, login, is_active=is_active)


async def standing(door: Door, token: str) -> str:
    """`OK` or the code with which an operators' route answers this token."""
    return code_of(await door.world.client.get("/api/admin/hosts", headers=bearer(token)))


async def test_who_is_switched_off_is_out_at_once_and_old_tokens_never_come_back(door: Door) -> None:
    await door.add_staff("boss", "admin")
    await door.add_staff("kim", "admin", "ops")
    session = (await door.staff_sign_in("kim")).json()
    terminal = await issue_token(door.house, door.keys, subject="kim", scopes=frozenset({"ops"}), ttl_seconds=3600)
    link = await issue_sign_in_link(door.house, door.keys, login="kim", scopes=frozenset({"ops"}))
    assert [await standing(door, token) for token in (session["access_token"], terminal)] == ["OK", "OK"]

    assert await switch(door, " KIM ", is_active=False)
    assert not await switch(door, "kim", is_active=False), "a second run changes nothing"

    async def everything_is_refused() -> None:
        for token in (session["access_token"], terminal):
            assert await standing(door, token) == "TOKEN_REVOKED"
        assert code_of(await door.staff_refresh(session["refresh_token"])) == "TOKEN_REVOKED"
        page = await door.world.client.get(f"/console/enter?key={link}")
        assert (page.status_code, "set-cookie" in page.headers) == (401, False)

    await everything_is_refused()
    assert code_of(await door.staff_sign_in("kim")) == "INVALID_CREDENTIALS"
    with pytest.raises(AppError, match="VALIDATION_ERROR"):
        await issue_token(door.house, door.keys, subject="kim", scopes=frozenset({"ops"}), ttl_seconds=60)

    assert await switch(door, "kim", is_active=True)
    assert not await switch(door, "kim", is_active=True)
    await everything_is_refused()
    assert await standing(door, (await door.staff_sign_in("kim")).json()["access_token"]) == "OK"
    audited = await door.world.rows("SELECT actor, action, reason FROM admin_audit_log WHERE target = 'staff:kim'")
    switches = [row for row in audited if row[1] in {"STAFF_DISABLED", "STAFF_ENABLED"}]
    assert switches == [("cli:boss", "STAFF_DISABLED", "left the team"), ("cli:boss", "STAFF_ENABLED", "left the team")]


async def test_the_last_admin_stays(door: Door) -> None:
    for login, scope in (("boss", "admin"), ("kim", "admin"), ("lee", "ops")):
        await door.add_staff(login, scope)
    assert await switch(door, "lee", is_active=False)
    assert await switch(door, "kim", is_active=False)
    with pytest.raises(AppError, match="LAST_ADMIN"):
        await switch(door, "boss", is_active=False)
    assert code_of(await door.staff_sign_in("boss")) == "OK"
    with pytest.raises(AppError, match="VALIDATION_ERROR"):
        await switch(door, "nobody", is_active=False)


async def test_two_admins_who_switch_each_other_off_leave_one(mariadb_world: World) -> None:
    door = Door.of(mariadb_world)
    boss = await door.add_staff("boss", "admin")
    await door.add_staff("kim", "admin")

    async def first(keepers: Services) -> asyncio.Task[bool]:
        """Switches the boss off, and lets the other switch knock while this one is not committed."""
        await keepers.identity.all_staff(locked=True)
        second = asyncio.create_task(switch(door, "kim", is_active=False))
        await asyncio.wait([second], timeout=0.5)
        assert not second.done(), "it waits for who came first"
        await keepers.identity.change_staff(boss, is_active=False)
        return second

    with pytest.raises(AppError, match="LAST_ADMIN"):
        await (await door.house.write(first))


def test_the_same_at_a_terminal(tmp_path: Path) -> None:
    demo_data(tmp_path)

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["ops", "staff", *words, "--data", str(tmp_path)])

    def switch_by(command: str, login: str) -> Result:
        return run(command, "--login", login, "--reason", "left the team")

    for login, scope in (("boss", "admin"), ("kim", "admin,ops")):
        made = run("create", "--login", login, "--scope", scope, "--reason", "new", "--link")
        assert made.exit_code == 0, made.output
    assert switch_by("disable", "kim").stdout == "kim: off\n"
    assert switch_by("disable", "kim").stdout == "kim: off already, nothing changed\n"
    assert run("list").stdout == "boss: on, admin\nkim: off, admin, ops\n"
    refused = switch_by("disable", "boss")
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "LAST_ADMIN")
    assert switch_by("disable", "nobody").exit_code == 1
    assert run("disable", "--login", "boss").exit_code == 2, "without a reason nothing happens"
    assert switch_by("enable", "kim").stdout == "kim: on\n"
    assert [row["is_active"] for row in json.loads(run("list", "--json").stdout)] == [True, True]
