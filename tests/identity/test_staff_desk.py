"""Operators switch each other off and on at their own desk; nobody switches the last admin off, or themselves."""

import json

import pytest

from app.flows.switch_staff import switch_staff
from app.services.audit_service import AdminAct
from tests.identity.door import Door, bearer, code_of
from tests.pages.desk import does, page, send, sit_down

WHY = {"reason": "left the team"}


async def operator(door: Door, login: str, scope: str) -> tuple[int, dict[str, str]]:
    """(id, header) of an operator with a token of the terminal: passwords cost time."""
    header = await door.world.token(login, scope)
    [(staff_id,)] = await door.world.rows("SELECT id FROM staff WHERE login = :login", login=login)
    return staff_id, header


async def test_an_operator_is_switched_off_and_on_by_another(door: Door) -> None:
    _, boss = await operator(door, "boss", "admin")
    kim_id = await door.add_staff("kim", "admin", "ops")
    session = (await door.staff_sign_in("kim")).json()
    kim = bearer(session["access_token"])
    here = f"/api/admin/staff/{kim_id}"
    off = await door.world.ok("POST", f"{here}/disable", json=WHY, headers=boss)
    assert off == {
        "id": kim_id, "login": "kim", "scopes": ["admin", "ops"], "is_active": False, "has_password": True,
        "has_second_factor": False,
    }  # fmt: skip
    assert await door.world.code("GET", "/api/admin/staff", headers=kim) == (401, "TOKEN_REVOKED"), "at once"
    assert code_of(await door.staff_refresh(session["refresh_token"])) == "TOKEN_REVOKED"
    assert code_of(await door.staff_sign_in("kim")) == "INVALID_CREDENTIALS"
    for _ in range(2):
        on = await door.world.ok("POST", f"{here}/enable", json=WHY, headers=boss)
    listed = await door.world.ok("GET", "/api/admin/staff", headers=boss)
    assert (listed["items"][1], listed["has_more"], on["is_active"]) == (on, False, True)
    assert "hash" not in str(listed)
    assert await door.world.code("GET", "/api/admin/staff", headers=kim) == (401, "TOKEN_REVOKED"), "they sign in anew"
    assert (await door.staff_sign_in("kim")).status_code == 200
    query = "SELECT actor, action, a.before, a.after FROM admin_audit_log a WHERE target = 'staff:kim' ORDER BY id"
    audited = [row for row in await door.world.rows(query) if row[1].startswith("STAFF_") and row[2] is not None]
    facts = [
        (row[0], row[1], *(json.loads(part) if isinstance(part, str) else part for part in row[2:])) for row in audited
    ]
    off_now, on_now = {"is_active": False}, {"is_active": True}
    assert facts == [
        ("staff:boss", "STAFF_DISABLED", on_now, off_now),
        ("staff:boss", "STAFF_ENABLED", off_now, on_now),
    ]


async def test_nobody_switches_themselves_off_nor_the_last_admin(sqlite_door: Door) -> None:
    door = sqlite_door
    boss_id, boss = await operator(door, "boss", "admin")
    ops_id, ops = await operator(door, "lee", "ops")
    mine = f"/api/admin/staff/{boss_id}/disable"
    assert await door.world.code("POST", mine, json=WHY, headers=boss) == (409, "OWN_ACCOUNT")
    typed = await door.world.token("BOSS", "admin")  # the same operator, as the terminal was told the name
    assert await door.world.code("POST", mine, json=WHY, headers=typed) == (409, "OWN_ACCOUNT")
    with pytest.raises(Exception, match="LAST_ADMIN"):
        await switch_staff(door.house, door.keys, AdminAct("cli:root", "x", None), "boss", is_active=False)
    assert await door.world.code("POST", mine, json=WHY, headers=ops) == (403, "SCOPE_REQUIRED")
    for wrong in ({}, {"reason": ""}, WHY | {"more": 1}):
        answer = await door.world.code("POST", f"/api/admin/staff/{ops_id}/disable", json=wrong, headers=boss)
        assert answer == (422, "VALIDATION_ERROR")
    assert await door.world.code("POST", "/api/admin/staff/999/disable", json=WHY, headers=boss) == (404, "NOT_FOUND")
    assert await door.world.rows("SELECT COUNT(*) FROM staff WHERE is_active = 1") == [(2,)]


async def test_the_same_at_the_desk(sqlite_door: Door) -> None:
    world, here = sqlite_door.world, "/console/system/staff"
    kim_id, kim = await operator(sqlite_door, "kim", "ops")
    await sit_down(world)
    [(own_id,)] = await world.rows("SELECT id FROM staff WHERE login = 'the-admin'")
    shown = await page(world, here)
    assert f"{here}/{kim_id}/disable" in shown and f"{here}/{own_id}/disable" not in shown
    assert "kim" in shown and 'href="/console/system/staff"' in await page(world, "/console/system")
    assert "계정 켜기" in await does(world, f"{here}/{kim_id}/disable", **WHY)
    assert await world.code("GET", "/api/admin/staff", headers=kim) == (401, "TOKEN_REVOKED")
    refused = await send(world, f"{here}/{own_id}/disable", **WHY)
    assert "자기 계정은 끌 수 없습니다" in await page(world, refused.headers["location"])
    assert (await send(world, f"{here}/{kim_id}/enable", reason="")).status_code == 422
    await does(world, f"{here}/{kim_id}/enable", reason="is back")
    await sit_down(world, "support")
    assert "계정 끄기" not in await page(world, here)
    assert (await send(world, f"{here}/{kim_id}/disable", **WHY)).status_code == 403
