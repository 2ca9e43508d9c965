"""Operators: by password in, by the row they have now on."""

import time
from datetime import timedelta

import pytest

from app.core.errors import AppError
from app.core.security import Passwords
from app.flows.sign_out import sign_out
from tests.identity.door import PASSWORD, Door, at_once, bearer, code_of

LOGOUT = "/api/auth/logout"


class NobodyIsRight(Passwords):
    """Refuses every password at once, so that all guesses reach the database together."""

    async def verify(self, password: str, stored: str | None) -> bool:
        return False


async def standing(door: Door, token: str, *accepted: str) -> str:
    """`OK` or the code with which a staff route would answer this token."""
    try:
        principal = await door.authenticator.staff(await door.authenticator.principal(token))
        principal.require_scope(*accepted)
    except AppError as refusal:
        return refusal.code
    return "OK"


async def test_an_operator_signs_in_by_password(door: Door) -> None:
    staff_id = await door.add_staff("ops@example.com", "ops", "support")
    answer = (await door.staff_sign_in("ops@example.com")).json()
    assert answer["user"] == {
        "id": staff_id, "external_id": "ops@example.com", "nickname": None, "status": "ACTIVE"
    }  # fmt: skip
    assert await standing(door, answer["access_token"], "ops") == "OK"
    assert await standing(door, answer["access_token"], "admin") == "SCOPE_REQUIRED"
    assert await door.me(answer["access_token"]) == "SCOPE_REQUIRED"
    actions = await door.world.rows(
        "SELECT actor, action FROM admin_audit_log WHERE actor <> 'system:seed' ORDER BY id"
    )
    assert actions == [("staff:ops@example.com", "STAFF_SIGN_IN")]


async def test_case_and_spaces_of_a_login_do_not_matter(sqlite_door: Door) -> None:
    await sqlite_door.add_staff("Ops@Example.com", "ops")
    assert (await sqlite_door.staff_sign_in(" OPS@example.COM ")).status_code == 200


@pytest.mark.parametrize(
    ("login", "password"),
    [("ops", "wrong"), ("ops", PASSWORD + " "), ("nobody", PASSWORD), ("no-password", PASSWORD), ("off", PASSWORD)],
)
async def test_all_wrong_credentials_get_the_same_answer(sqlite_door: Door, login: str, password: str) -> None:
    await sqlite_door.add_staff("ops", "ops")
    await sqlite_door.add_staff("no-password", "ops", password=None)
    off = await sqlite_door.add_staff("off", "ops")
    await sqlite_door.house.write(lambda k: k.identity.change_staff(off, is_active=False))
    response = await sqlite_door.staff_sign_in(login, password)
    assert (response.status_code, code_of(response)) == (401, "INVALID_CREDENTIALS")
    assert response.json()["error"]["details"] == {}


@pytest.mark.parametrize("login", ["ops", "nobody", "no-password"])
async def test_no_refusal_is_faster_than_checking_a_password_takes(sqlite_door: Door, login: str) -> None:
    await sqlite_door.add_staff("ops", "ops")
    await sqlite_door.add_staff("no-password", "ops", password=None)
    sqlite_door.world.container.passwords = NobodyIsRight()  # without its work only the floor is left
    started = time.perf_counter()
    await sqlite_door.staff_sign_in(login, "wrong")
    assert time.perf_counter() - started > 0.39


async def test_the_password_is_nowhere(sqlite_door: Door) -> None:
    await sqlite_door.add_staff("ops", "ops")
    response = await sqlite_door.staff_sign_in("ops", "a wrong secret")
    assert "a wrong secret" not in response.text
    await sqlite_door.staff_sign_in("ops")
    tables = ("admin_audit_log", "staff", "user_event_log", "refresh_tokens")
    stored = [await sqlite_door.world.rows(f"SELECT * FROM {table}") for table in tables]
    assert "a wrong secret" not in str(stored)
    assert PASSWORD not in str(stored)


async def test_taking_a_scope_away_counts_at_the_next_call(door: Door) -> None:
    staff_id = await door.add_staff("ops", "ops", "admin")
    token = (await door.staff_sign_in("ops")).json()["access_token"]
    assert await standing(door, token, "admin") == "OK"
    await door.house.write(lambda k: k.identity.change_staff(staff_id, scopes={"ops"}))
    assert await standing(door, token, "admin") == "SCOPE_REQUIRED"
    assert await standing(door, token, "ops") == "OK"


async def test_a_scope_given_later_needs_a_new_token(door: Door) -> None:
    staff_id = await door.add_staff("ops", "ops")
    answer = (await door.staff_sign_in("ops")).json()
    await door.house.write(lambda k: k.identity.change_staff(staff_id, scopes={"ops", "admin"}))
    assert await standing(door, answer["access_token"], "admin") == "SCOPE_REQUIRED"
    renewed = await door.staff_refreshed(answer["refresh_token"])
    assert await standing(door, renewed["access_token"], "admin") == "OK"


async def test_switching_an_operator_off_counts_at_the_next_call(door: Door) -> None:
    staff_id = await door.add_staff("ops", "ops")
    answer = (await door.staff_sign_in("ops")).json()
    await door.house.write(lambda k: k.identity.change_staff(staff_id, is_active=False))
    assert await standing(door, answer["access_token"], "ops") == "TOKEN_REVOKED"
    assert code_of(await door.staff_refresh(answer["refresh_token"])) == "TOKEN_REVOKED"


async def test_ending_an_operators_tokens_ends_access_and_refresh(door: Door) -> None:
    staff_id = await door.add_staff("ops", "ops")
    answer = (await door.staff_sign_in("ops")).json()
    await door.house.write(lambda k: k.identity.end_staff_tokens(staff_id, now=door.wall.now()))
    assert await standing(door, answer["access_token"], "ops") == "TOKEN_REVOKED"
    assert code_of(await door.staff_refresh(answer["refresh_token"])) == "TOKEN_REVOKED"
    again = (await door.staff_sign_in("ops")).json()
    assert await standing(door, again["access_token"], "ops") == "OK"


async def test_ending_an_operators_tokens_ends_the_terminals_too(door: Door) -> None:
    token = (await door.world.token("ops", "ops"))["Authorization"][7:]
    [(staff_id,)] = await door.world.rows("SELECT id FROM staff")
    await door.house.write(lambda k: k.identity.end_staff_tokens(staff_id, now=door.wall.now()))
    assert await standing(door, token, "ops") == "TOKEN_REVOKED"


async def test_an_operators_logout_ends_this_sign_in_only(door: Door) -> None:
    await door.add_staff("ops", "ops")
    here, there = (await door.staff_sign_in("ops")).json(), (await door.staff_sign_in("ops")).json()
    await door.world.ok("POST", LOGOUT, headers=bearer(here["access_token"]))
    assert await standing(door, here["access_token"], "ops") == "TOKEN_REVOKED"
    assert code_of(await door.staff_refresh(here["refresh_token"])) == "TOKEN_REVOKED"
    assert await door.world.code("POST", LOGOUT, headers=bearer(here["access_token"])) == (401, "TOKEN_REVOKED")
    assert await standing(door, there["access_token"], "ops") == "OK"


async def test_an_operator_who_was_switched_off_has_nothing_left_to_end(door: Door) -> None:
    staff_id = await door.add_staff("ops", "ops")
    token = (await door.staff_sign_in("ops")).json()["access_token"]
    await door.house.write(lambda k: k.identity.change_staff(staff_id, is_active=False))
    assert await door.world.code("POST", LOGOUT, headers=bearer(token)) == (401, "TOKEN_REVOKED")


async def test_an_operators_lost_refresh_can_not_be_asked_for_again_after_the_logout(door: Door) -> None:
    await door.add_staff("ops", "ops")
    first = (await door.staff_sign_in("ops")).json()
    second = await door.staff_refreshed(first["refresh_token"])
    await door.world.ok("POST", LOGOUT, headers=bearer(second["access_token"]))
    assert code_of(await door.staff_refresh(first["refresh_token"])) == "TOKEN_REVOKED"
    actions = [
        row[0]
        for row in await door.world.rows("SELECT action FROM admin_audit_log WHERE actor <> 'system:seed' ORDER BY id")
    ]
    assert actions == ["STAFF_SIGN_IN", "STAFF_SIGN_OUT"]


async def test_a_terminals_staff_token_is_ended_by_logout_and_no_other_is(door: Door) -> None:
    here, there = [(await door.world.token("ops", "ops"))["Authorization"][7:] for _ in range(2)]
    await door.world.ok("POST", LOGOUT, headers=bearer(here))
    assert await standing(door, here, "ops") == "TOKEN_REVOKED"
    assert await standing(door, there, "ops") == "OK"


async def test_of_many_logouts_at_once_one_ends_the_sign_in(door: Door) -> None:
    token = (await door.world.token("ops", "ops"))["Authorization"][7:]
    principal = await door.authenticator.principal(token)

    async def knock() -> str:  # past the door, whose own look at the operator would keep them apart
        try:
            await sign_out(door.house, door.keys, principal, user_id=None, request_id=None)
        except AppError as refusal:
            return refusal.code
        return "OK"

    assert sorted(await at_once(6, knock)) == ["OK"] + ["TOKEN_REVOKED"] * 5
    assert await door.world.rows("SELECT COUNT(*) FROM refresh_tokens") == [(1,)]


async def test_an_operators_reuse_of_a_refresh_token_ends_the_sign_in(door: Door) -> None:
    await door.add_staff("ops", "ops")
    first = (await door.staff_sign_in("ops")).json()
    second = await door.staff_refreshed(first["refresh_token"])
    door.wall.advance(seconds=timedelta(seconds=11).total_seconds())
    assert code_of(await door.staff_refresh(first["refresh_token"])) == "TOKEN_REVOKED"
    assert await standing(door, second["access_token"], "ops") == "TOKEN_REVOKED"
    actions = [
        row[0]
        for row in await door.world.rows("SELECT action FROM admin_audit_log WHERE actor <> 'system:seed' ORDER BY id")
    ]
    assert actions == ["STAFF_SIGN_IN", "STAFF_SIGN_IN_REVOKED"]


async def test_a_player_is_no_operator(door: Door) -> None:
    token = (await door.sign_in("ops"))["access_token"]
    await door.add_staff("ops", "ops", "admin")
    assert await standing(door, token, "admin") == "SCOPE_REQUIRED"
