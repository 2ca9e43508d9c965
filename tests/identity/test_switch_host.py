"""A host that is switched off is refused at every door, with its code; on again, all goes on where it was."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner, Result

from app.cli import app
from app.core.jwks import Jwks
from app.flows.authenticate import Authenticator
from tests.events.host import event
from tests.fixtures import demo_data
from tests.identity.door import TOKEN, WALL, Door, bearer, code_of
from tests.identity.test_host_signing import public
from tests.world import key

ISSUER, NOW = "https://lms.example", int(WALL.timestamp())
KEY = ec.generate_private_key(ec.SECP256R1())
WHY = {"reason": "its server was taken over"}
OURS = {"Sec-Fetch-Site": "same-origin"}


async def switch(door: Door, code: str, to: str, if_match: str = "*", **more: Any) -> Any:
    admin = await door.world.token("boss", "admin")
    headers = admin | ({"If-Match": if_match} if if_match else {})
    return await door.world.client.post(f"/api/admin/hosts/{code}/{to}", json=WHY | more, headers=headers)


def theirs() -> str:
    return jwt.encode({"iss": ISSUER, "sub": "lee", "iat": NOW, "exp": NOW + 3600}, KEY, "ES256")


async def test_a_host_that_is_off_is_refused_at_every_door_and_loses_nothing(door: Door) -> None:
    world = door.world
    await door.add_host("lms", jwt_algorithm="ES256", jwt_issuer=ISSUER, jwt_public_key=public(KEY))
    door.wall.set(WALL)
    other = Authenticator(door.house, door.keys, Jwks(door.wall), door.world.container.arrivals)  # of another process
    server, lms = await door.api_key(), await door.api_key("lms")
    kim = await world.ok("POST", TOKEN, json={"external_id": "kim"}, headers=server)
    ours = await world.token("main", "host")
    await world.ok("POST", "/api/season-pass/stamp", headers=bearer(kim["access_token"]) | key())
    for token in (kim["access_token"], theirs()):
        await other.principal(token)
        assert await door.me(token) == "OK"

    off = await switch(door, "main", "disable", '"1"')
    assert (off.status_code, off.json()["is_active"], off.headers["etag"]) == (200, False, '"2"')
    events = {"json": {"events": [event(1, "lesson.done")]}, "headers": server}
    assert await world.code("POST", "/api/events", **events) == (403, "HOST_DISABLED"), "at the next call"
    assert await world.code("POST", TOKEN, json={"external_id": "new"}, headers=server) == (403, "HOST_DISABLED")
    assert code_of(await door.refresh(kim["refresh_token"])) == "HOST_DISABLED"
    door.wall.advance(seconds=2)  # no process believes what it knows of hosts for longer
    for refused in (bearer(kim["access_token"]), ours):
        answer = await world.client.post("/api/roulette/play", headers=refused | key())
        assert (answer.status_code, code_of(answer)) == (403, "HOST_DISABLED")
    with pytest.raises(Exception, match="HOST_DISABLED"):
        await other.principal(kim["access_token"])
    assert await door.me(theirs()) == "OK", "other hosts go on"
    await world.ok("POST", TOKEN, json={"external_id": "lee"}, headers=lms)

    assert (await switch(door, "lms", "disable")).status_code == 200
    door.wall.advance(seconds=2)
    assert await door.verdict(theirs()) == "HOST_DISABLED", "what it signs itself, too"

    again = await switch(door, "main", "enable", '"2"')
    assert (again.json()["is_active"], again.headers["etag"]) == (True, '"3"')
    door.wall.advance(seconds=2)
    status = await world.ok("GET", "/api/season-pass/status", headers=bearer(kim["access_token"]))
    assert status["progress"]["total_stamps"] == 1
    assert (await door.refresh(kim["refresh_token"])).status_code == 200
    assert (await world.ok("POST", "/api/events", **events))["accepted"] == 1
    query = """SELECT action, reason, a.before, a.after FROM admin_audit_log a
        WHERE target = 'host:main' AND action LIKE 'HOST_%ABLED' ORDER BY id"""
    audited = [
        (
            action,
            reason,
            *(json.loads(part)["is_active"] if isinstance(part, str) else part["is_active"] for part in facts),
        )
        for action, reason, *facts in await world.rows(query)
    ]
    assert audited == [
        ("HOST_DISABLED", WHY["reason"], True, False),
        ("HOST_ENABLED", WHY["reason"], False, True),
    ]


async def test_a_switch_names_what_it_saw_and_a_second_one_changes_nothing(sqlite_door: Door) -> None:
    door = sqlite_door
    assert code_of(await switch(door, "main", "disable", "")) == "PRECONDITION_REQUIRED"
    assert code_of(await switch(door, "main", "disable", '"7"')) == "VERSION_CONFLICT"
    assert code_of(await switch(door, "nowhere", "disable")) == "NOT_FOUND"
    assert code_of(await switch(door, "main", "disable", reason="")) == "VALIDATION_ERROR"
    assert code_of(await switch(door, "main", "disable", more=1)) == "VALIDATION_ERROR"
    for _ in range(2):
        assert (await switch(door, "main", "disable")).json()["version"] == 2
    assert len(await door.world.rows("SELECT id FROM admin_audit_log WHERE action = 'HOST_DISABLED'")) == 1
    assert (await switch(door, "main", "enable")).status_code == 200, "operators are never locked out by it"


async def test_a_thief_with_an_ended_key_learns_nothing_of_the_host(sqlite_door: Door) -> None:
    door, server = sqlite_door, await sqlite_door.api_key()
    await door.world.sql("UPDATE api_keys SET revoked_at = created_at")
    await switch(door, "main", "disable")
    assert await door.world.code("POST", TOKEN, json={"external_id": "x"}, headers=server) == (401, "TOKEN_REVOKED")


async def test_its_pages_are_closed_and_keep_the_sign_in(sqlite_door: Door) -> None:
    door, client = sqlite_door, sqlite_door.world.client
    token = (await door.sign_in("kim"))["access_token"]
    assert (await client.post("/enter", data={"token": token})).status_code == 200
    assert (await client.get("/embed/main")).status_code == (await client.get("/")).status_code == 200
    await switch(door, "main", "disable")
    door.wall.advance(seconds=2)
    for page in ("/", "/embed/main"):
        shown = await client.get(page)
        assert (shown.status_code, "지금은 닫혀 있어요" in shown.text, "set-cookie" in shown.headers) == (
            403,
            True,
            False,
        )
    assert (await client.post("/enter", data={"token": token})).status_code == 403
    await switch(door, "main", "enable")
    door.wall.advance(seconds=2)
    assert "오늘의 도장 받기" in (await client.get("/")).text
    await switch(door, "main", "disable")
    door.wall.advance(seconds=2)
    gone = await client.post("/sign-out", headers=OURS)
    assert (gone.status_code, 'dojang_access=""' in gone.headers["set-cookie"]) == (303, True)
    client.cookies.clear()
    assert (await client.get("/embed/main")).status_code == 403, "nobody is invited, either"


def test_the_same_at_a_terminal(tmp_path: Path) -> None:
    demo_data(tmp_path)

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["ops", *words, "--data", str(tmp_path)])

    why = ("--reason", "taken over")
    run("host", "add", "lms", "--name", "LMS", *why)
    assert run("host", "disable", "lms", *why).stdout == "lms (LMS), off: signs no tokens of its own\n"
    assert run("host", "disable", "lms", *why).exit_code == 0
    assert run("host", "disable", "lms").exit_code == 2, "without a reason nothing happens"
    assert "NOT_FOUND" in run("host", "disable", "nowhere", *why).stderr
    wanted = ("--sub", "boss", "--host", "lms")
    assert "VALIDATION_ERROR" in run("token", *wanted, "--scope", "player").stderr
    assert run("token", *wanted, "--scope", "admin").exit_code == 0, "operators are of no host"
    assert run("host", "enable", "lms", *why).stdout == "lms (LMS): signs no tokens of its own\n"
    assert [row["version"] for row in json.loads(run("host", "list", "--json").stdout)] == [3]
