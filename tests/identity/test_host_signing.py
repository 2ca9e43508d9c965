"""How a host signs is set, rotated and ended by an operator; what was signed before counts by what stands now."""

import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from typer.testing import CliRunner, Result

from app.cli import app
from app.core.jwks import Jwks
from app.flows.seed_reference import MAIN_HOST
from tests.fixtures import demo_data
from tests.identity.door import WALL, Door, at_once

NOW = int(WALL.timestamp())
ISSUER = "https://lms.example"
FIRST, SECOND = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
SECRET = "a-shared-secret-of-more-than-32-bytes"
HERE = "/api/admin/hosts/lms/signing"


def public(key: ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def signed(key: Any, algorithm: str = "ES256", **more: Any) -> str:
    claims = {"iss": ISSUER, "sub": "kim", "iat": NOW, "exp": NOW + 3600} | more
    return jwt.encode(claims, key, algorithm)


def pinned(key: ec.EllipticCurvePrivateKey, **more: Any) -> dict[str, Any]:
    return {"algorithm": "ES256", "issuer": ISSUER, "public_key": public(key), "reason": "it signs itself"} | more


async def at_the_desk(door: Door) -> dict[str, str]:
    """An admin's header; the host `lms` is there."""
    admin = await door.world.token("boss", "admin")
    new = {"code": "lms", "name": "LMS", "reason": "a new product"}
    made = await door.world.client.post("/api/admin/hosts", json=new, headers=admin)
    assert (made.status_code, made.headers["etag"], made.json()["signing"]) == (201, '"1"', None)
    return admin


async def put(door: Door, admin: dict[str, str], body: dict[str, Any], version: str = "*") -> Any:
    answer = await door.world.client.put(HERE, json=body, headers=admin | {"If-Match": version})
    door.wall.advance(seconds=3)  # so that the process looks at its hosts again
    return answer


async def test_a_new_host_signs_its_players_in_rotates_its_key_and_stops(door: Door) -> None:
    admin = await at_the_desk(door)
    old, new = signed(FIRST), signed(SECOND)
    assert await door.verdict(old) == "TOKEN_INVALID"
    answer = await put(door, admin, pinned(FIRST), '"1"')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert await door.verdict(old) == "OK"
    assert (await put(door, admin, pinned(SECOND), '"2"')).status_code == 200
    assert (await door.verdict(old), await door.verdict(new)) == ("TOKEN_INVALID", "OK")
    end = {"json": {"reason": "it signs no more"}, "headers": admin | {"If-Match": '"3"'}}
    assert (await door.world.ok("POST", f"{HERE}/end", **end))["signing"] is None
    door.wall.advance(seconds=3)
    assert await door.verdict(new) == "TOKEN_INVALID"
    end["headers"]["If-Match"] = "*"
    assert (await door.world.ok("POST", f"{HERE}/end", **end))["version"] == 4
    audited = await door.world.rows(
        "SELECT a.action, a.before, a.after FROM admin_audit_log a WHERE a.target = 'host:lms' ORDER BY a.id"
    )
    assert [row[0] for row in audited] == ["HOST_ADDED", "HOST_SIGNING_SET", "HOST_SIGNING_SET", "HOST_SIGNING_ENDED"]
    before, after = (json.loads(part) if isinstance(part, str) else part for part in audited[2][1:])
    assert (before["version"], after["version"]) == (2, 3)
    assert before["signing"]["issuer"] == after["signing"]["issuer"] == ISSUER
    assert len({before["signing"]["public_key_sha256"], after["signing"]["public_key_sha256"], None}) == 3


async def test_published_keys_are_looked_for_where_the_operator_says(sqlite_door: Door) -> None:
    door, admin = sqlite_door, await at_the_desk(sqlite_door)
    body = {"algorithm": "ES256", "issuer": ISSUER, "audience": "dojang", "reason": "it publishes its keys"}
    answer = await put(door, admin, body | {"jwks_url": "https://keys.invalid/jwks.json"})
    assert answer.json()["signing"] == {
        "algorithm": "ES256", "issuer": ISSUER, "audience": "dojang", "public_key_sha256": None,
        "jwks_url": "https://keys.invalid/jwks.json", "max_life_seconds": 86_400,
    }  # fmt: skip
    assert await door.verdict(signed(FIRST, aud="dojang")) == "JWKS_UNAVAILABLE", "nobody answers there"


async def test_what_can_not_be_is_refused_and_leaves_nothing(sqlite_door: Door) -> None:
    door, admin = sqlite_door, await at_the_desk(sqlite_door)
    door.authenticator.jwks = Jwks(door.wall)  # as in production
    one = {key: value for key, value in pinned(FIRST).items() if key != "public_key"}
    addresses = (
        "ftp://keys.example/", "http://keys.example/", "http://localhost/keys", "http://127.0.0.1:1/", "https://",
        "https://kim:pw@keys.example/", "https://keys.example:99999/", "https://[::1", "https://keys.example/#a",
        "https://keys.example/a b", "file:///etc/passwd", "https://" + "x" * 500, "", 7,
    )  # fmt: skip
    wrong = [one | {"jwks_url": address} for address in addresses]
    wrong += [
        one,
        pinned(FIRST, jwks_url="https://keys.example/"),
        pinned(FIRST, public_key=private(FIRST)),
        pinned(FIRST, public_key="no key"),
        pinned(FIRST, algorithm="RS256"),
        pinned(FIRST, algorithm="none"),
        pinned(FIRST, algorithm="HS256"),
        one | {"algorithm": "HS256", "public_key": "short"},
        one | {"algorithm": "HS256", "jwks_url": "https://keys.example/"},
        pinned(FIRST, issuer="dojang"),
        pinned(FIRST, issuer=" x"),
        pinned(FIRST, audience=""),
        pinned(FIRST, max_life_seconds=0),
        pinned(FIRST, reason=""),
        pinned(FIRST, more=1),
    ]
    for body in wrong:
        answer = await put(door, admin, body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR"), (body, answer.text)
        assert "PRIVATE KEY" not in answer.text
    assert (await put(door, admin, pinned(FIRST), '"7"')).json()["error"]["code"] == "VERSION_CONFLICT"
    blind = await door.world.code("PUT", HERE, json=pinned(FIRST), headers=admin)
    assert blind == (428, "PRECONDITION_REQUIRED")
    elsewhere = {"json": pinned(FIRST), "headers": admin | {"If-Match": "*"}}
    assert await door.world.code("PUT", "/api/admin/hosts/nowhere/signing", **elsewhere) == (404, "NOT_FOUND")
    host = await door.world.ok("GET", "/api/admin/hosts/lms", headers=admin)
    assert (host["version"], host["signing"]) == (1, None)


async def test_two_hosts_never_share_a_code_or_an_issuer(door: Door) -> None:
    admin = await at_the_desk(door)
    again = {"json": {"code": "lms", "name": "Another", "reason": "by mistake"}, "headers": admin}
    assert await door.world.code("POST", "/api/admin/hosts", **again) == (409, "NAME_TAKEN")
    for code in ("LMS", "a b", "", "-x", "x" * 51):
        refused = {"json": again["json"] | {"code": code}, "headers": admin}
        assert await door.world.code("POST", "/api/admin/hosts", **refused) == (422, "VALIDATION_ERROR")
    places = iter((HERE, f"/api/admin/hosts/{MAIN_HOST}/signing"))

    async def claim() -> int:
        header = admin | {"If-Match": '"1"'}
        return (await door.world.client.put(next(places), json=pinned(FIRST), headers=header)).status_code

    assert sorted(await at_once(2, claim)) == [200, 409]
    assert await door.world.rows("SELECT COUNT(*) FROM hosts WHERE jwt_issuer IS NOT NULL") == [(1,)]


async def test_of_a_shared_secret_nothing_is_shown(sqlite_door: Door) -> None:
    door, admin = sqlite_door, await at_the_desk(sqlite_door)
    answer = await put(door, admin, pinned(FIRST, algorithm="HS256", public_key=SECRET))
    assert answer.json()["signing"]["public_key_sha256"] is None
    assert await door.verdict(signed(SECRET, "HS256")) == "OK"
    shown = await door.world.client.get("/api/admin/hosts", headers=admin)
    audited = await door.world.rows("SELECT * FROM admin_audit_log")
    assert SECRET not in answer.text + shown.text + str(audited)


def test_the_same_at_a_terminal(tmp_path: Path) -> None:
    demo_data(tmp_path)
    (tmp_path / "key.pem").write_text(public(FIRST))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["ops", "host", *words, "--data", str(tmp_path)])

    why = ("--reason", "a new product")
    assert run("add", "lms", "--name", "LMS", *why).stdout == "lms (LMS): signs no tokens of its own\n"
    assert "NAME_TAKEN" in run("add", "lms", "--name", "LMS", *why).stderr
    assert "VALIDATION_ERROR" in run("add", "L M S", "--name", "LMS", *why).stderr
    common = ("signing", "lms", "--algorithm", "ES256", "--issuer", ISSUER, *why)
    done = run(*common, "--key-file", str(tmp_path / "key.pem"))
    assert "signs as https://lms.example with ES256, keys from a pinned key" in done.stdout, done.output
    assert "keys from https://k.example/" in run(*common, "--jwks-url", "https://k.example/").stdout
    refused = run(*common, "--jwks-url", "gopher://k.example/")
    assert (refused.exit_code, "VALIDATION_ERROR" in refused.stderr) == (1, True)
    assert "signs no tokens of its own" in run("end-signing", "lms", *why).stdout
    [row] = json.loads(run("list", "--json").stdout)
    assert (row["code"], row["version"], row["signing"]) == ("lms", 4, None)


@pytest.mark.parametrize("scope", ["ops", "support"])
async def test_only_admins_set_it(sqlite_door: Door, scope: str) -> None:
    await at_the_desk(sqlite_door)
    who = await sqlite_door.world.token("helper", scope)
    assert (await put(sqlite_door, who, pinned(FIRST))).status_code == 403
