"""An operator's second factor: asked for once it is confirmed, each code once, recovery codes, and the way out."""

from __future__ import annotations

import httpx
import pyotp
import pytest

from app.flows.sign_in_link import issue_sign_in_link
from tests.identity.door import PASSWORD, Door, at_once, bearer, code_of

ME = "/api/admin/me"
WHY = {"reason": "my own account"}


class Phone:
    """An operator with an authenticator."""

    def __init__(self, door: Door, login: str, token: str) -> None:
        self.door, self.login, self.headers, self.secret = door, login, bearer(token), ""

    def code(self, *, seconds: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(self.door.wall.now().timestamp()) + seconds)

    async def enrol(self) -> list[str]:
        begun = await self.door.world.ok("POST", f"{ME}/second-factor", headers=self.headers, json=WHY)
        self.secret = begun["secret"]
        assert begun["uri"] == f"otpauth://totp/Dojang:{self.login}?secret={self.secret}&issuer=Dojang"
        answer = await self.door.world.ok(
            "POST", f"{ME}/second-factor/confirm", headers=self.headers, json={"code": self.code()}
        )
        self.door.wall.advance(seconds=30)
        codes: list[str] = answer["recovery_codes"]
        return codes

    async def sign_in(self, **more: str) -> str:
        return code_of(await self.door.staff_sign_in(self.login, **more))


async def operator(door: Door, login: str = "ops", *scopes: str) -> Phone:
    await door.add_staff(login, *(scopes or ("ops",)))
    return Phone(door, login, (await door.staff_sign_in(login)).json()["access_token"])


async def test_a_code_is_asked_for_once_it_was_confirmed_and_not_before(door: Door) -> None:
    phone = await operator(door)
    await door.world.ok("POST", f"{ME}/second-factor", headers=phone.headers, json=WHY)
    assert await phone.sign_in() == "OK", "begun is not confirmed"
    await phone.enrol()
    assert await phone.sign_in() == "SECOND_FACTOR_REQUIRED"
    assert await phone.sign_in(code="000000") == "INVALID_CREDENTIALS"
    assert await phone.sign_in(code=phone.code()) == "OK"
    assert await phone.sign_in(password="wrong", code=phone.code(seconds=30)) == "INVALID_CREDENTIALS"
    me = await door.world.ok("GET", ME, headers=phone.headers)
    assert me == {"login": "ops", "scopes": ["ops"], "has_second_factor": True, "recovery_codes_left": 10}


async def test_each_code_signs_in_once_however_many_show_it(door: Door) -> None:
    phone = await operator(door)
    await phone.enrol()
    code = phone.code()
    answers = await at_once(3, lambda: phone.sign_in(code=code))
    assert sorted(answers) == ["INVALID_CREDENTIALS", "INVALID_CREDENTIALS", "OK"]
    assert await phone.sign_in(code=phone.code(seconds=-30)) == "INVALID_CREDENTIALS", "an older one is over as well"


@pytest.mark.parametrize(("seconds", "is_near"), [(-30, True), (30, True), (-60, False), (60, False)])
async def test_a_phone_may_be_half_a_minute_off(sqlite_door: Door, seconds: int, is_near: bool) -> None:
    phone = await operator(sqlite_door)
    await phone.enrol()
    sqlite_door.wall.advance(minutes=5)
    assert await phone.sign_in(code=phone.code(seconds=seconds)) == ("OK" if is_near else "INVALID_CREDENTIALS")


async def test_a_recovery_code_works_once_however_it_is_typed(door: Door) -> None:
    phone = await operator(door)
    first, second, *_ = await phone.enrol()
    assert await phone.sign_in(code=first.lower().replace("-", " ")) == "OK"
    assert await phone.sign_in(code=first) == "INVALID_CREDENTIALS"
    assert await phone.sign_in(code=second) == "OK"
    assert (await door.world.ok("GET", ME, headers=phone.headers))["recovery_codes_left"] == 8
    stored = str(await door.world.rows("SELECT * FROM staff_recovery_codes"))
    assert first not in stored
    assert first.replace("-", "") not in stored


async def test_the_secret_is_encrypted_where_it_is_stored(door: Door) -> None:
    phone = await operator(door)
    await phone.enrol()
    [(stored,)] = await door.world.rows("SELECT secret FROM staff_second_factors")
    assert stored.startswith("enc:")
    assert phone.secret not in stored


async def test_nobody_replaces_or_drops_it_without_a_code(door: Door) -> None:
    phone = await operator(door)
    await phone.enrol()
    again = await door.world.client.post(f"{ME}/second-factor", headers=phone.headers, json=WHY)
    assert code_of(again) == "SECOND_FACTOR_ON"
    wrong = await door.world.client.post(f"{ME}/second-factor/remove", headers=phone.headers, json={"code": "000000"})
    assert (code_of(wrong), wrong.json()["error"]["details"][0]["field"]) == ("VALIDATION_ERROR", "code")
    await door.world.ok("POST", f"{ME}/second-factor/remove", headers=phone.headers, json={"code": phone.code()})
    assert await phone.sign_in() == "OK"


async def test_another_admin_takes_a_lost_one_away_and_an_own_one_nobody_without_a_code(door: Door) -> None:
    lost, admin = await operator(door), await operator(door, "boss", "admin")
    await lost.enrol()
    await admin.enrol()
    ids = dict(await door.world.rows("SELECT login, id FROM staff"))
    why = {"reason": "the phone is lost"}

    async def remove(login: str) -> str:
        path = f"/api/admin/staff/{ids[login]}/second-factor/remove"
        return code_of(await door.world.client.post(path, headers=admin.headers, json=why))

    assert [await remove("boss"), await remove("ops"), await remove("ops")] == ["OWN_ACCOUNT", "OK", "NOT_FOUND"]
    assert await lost.sign_in() == "OK"
    acts = await door.world.rows("SELECT actor, target FROM admin_audit_log WHERE action = 'SECOND_FACTOR_REMOVED'")
    assert acts == [("staff:boss", "staff:ops")]


async def test_the_list_of_operators_says_who_has_one(door: Door) -> None:
    phone = await operator(door, "boss", "admin")
    await operator(door)
    await phone.enrol()
    items = (await door.world.ok("GET", "/api/admin/staff", headers=phone.headers))["items"]
    assert {item["login"]: item["has_second_factor"] for item in items} == {"boss": True, "ops": False}


async def test_operators_and_players_refresh_at_their_own_door(door: Door) -> None:
    await door.add_staff("ops", "ops")
    staff = (await door.staff_sign_in("ops")).json()["refresh_token"]
    player = (await door.sign_in("kim"))["refresh_token"]
    assert [code_of(await door.refresh(staff)), code_of(await door.staff_refresh(player))] == ["TOKEN_INVALID"] * 2
    assert [code_of(await door.staff_refresh(staff)), code_of(await door.refresh(player))] == ["OK"] * 2
    public = await door.world.client.post("/api/auth/token", json={"email": "ops", "password": PASSWORD})
    assert code_of(public) == "VALIDATION_ERROR", "no password is looked at outside the operators' door"


async def test_an_operator_sees_and_ends_their_own_sign_ins(door: Door) -> None:
    await door.add_staff("ops", "ops")
    await door.add_staff("boss", "admin")
    await issue_sign_in_link(door.house, door.keys, login="ops", scopes=frozenset({"ops"}))  # is none yet
    other = (await door.staff_sign_in("boss")).json()
    here = (await door.staff_sign_in("ops")).json()
    door.wall.advance(seconds=5)
    there = (await door.staff_sign_in("ops")).json()
    there = await door.staff_refreshed(there["refresh_token"])
    headers = bearer(here["access_token"])
    items = (await door.world.ok("GET", f"{ME}/sessions", headers=headers))["items"]
    assert len(items) == 2
    assert {item["client"] for item in items} == {f"127.0.0.1 · python-httpx/{httpx.__version__}"}
    ended = await door.world.client.post(f"{ME}/sessions/{items[0]['id']}/end", headers=headers, json=WHY)
    assert ended.status_code == 204
    assert [code_of(await door.world.client.get(ME, headers=bearer(one["access_token"]))) for one in (here, there)] == [
        "OK", "TOKEN_REVOKED",
    ]  # fmt: skip
    assert code_of(await door.staff_refresh(there["refresh_token"])) == "TOKEN_REVOKED"
    foreign = (await door.world.ok("GET", f"{ME}/sessions", headers=bearer(other["access_token"])))["items"][0]["id"]
    assert (
        code_of(await door.world.client.post(f"{ME}/sessions/{foreign}/end", headers=headers, json=WHY)) == "NOT_FOUND"
    )
    assert len((await door.world.ok("GET", f"{ME}/sessions", headers=headers))["items"]) == 1
