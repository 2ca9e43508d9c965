"""Where a host publishes its keys: on the internet, or in a network that the operators named. Nowhere else inside."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from app.core.addresses import is_within
from app.core.jwks import Jwks
from tests.identity.door import WALL, Door
from tests.names import resolving, self_signed
from tests.webhooks.receiver import Receiver, answer, listening

ISSUER, NAME = "https://lms.example", "keys.test"
NOW = int(WALL.timestamp())
KEY = ec.generate_private_key(ec.SECP256R1())
OUTSIDE = "93.184.216.34"
HERE = "/api/admin/hosts/lms/signing"


def token() -> str:
    return jwt.encode({"iss": ISSUER, "sub": "kim", "iat": NOW, "exp": NOW + 20 * 3600}, KEY, "ES256", {"kid": "a"})


@pytest.fixture
async def key_server(tmp_path: Path) -> AsyncIterator[Receiver]:
    """A host's key server on this machine, with a certificate of its name."""
    certificate = self_signed(NAME, tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    async with listening(tls) as receiver:
        keys = [ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "a"}]
        receiver.says = answer(200, body=json.dumps({"keys": keys}).encode())
        yield receiver


def production(door: Door, tmp_path: Path, *networks: str) -> None:
    """The service asks for keys as in production; these networks inside are allowed."""
    jwks = Jwks(door.wall, networks=[ip_network(network) for network in networks])
    certificate = tmp_path / f"{NAME}.pem"
    jwks.__dict__["_tls"] = ssl.create_default_context(cafile=str(certificate) if certificate.exists() else None)
    door.authenticator.jwks = jwks


async def save(door: Door, url: str) -> tuple[int, dict[str, Any]]:
    """What an admin is told who has this host's keys fetched from there."""
    admin = await door.world.token("boss", "admin")
    await door.world.client.post("/api/admin/hosts", json={"code": "lms", "name": "L", "reason": "new"}, headers=admin)
    body = {"algorithm": "ES256", "issuer": ISSUER, "jwks_url": url, "reason": "it publishes its keys"}
    told = await door.world.client.put(HERE, json=body, headers=admin | {"If-Match": "*"})
    door.wall.set(WALL)
    door.authenticator._hosts = None  # so that the process looks at its hosts again
    return told.status_code, told.json()


async def test_an_address_inside_is_refused_when_it_is_saved(
    sqlite_door: Door, tmp_path: Path, key_server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(sqlite_door, tmp_path)
    inside = ["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["fd00:ec2::254"], ["::ffff:10.0.0.1"], [OUTSIDE, "::1"]
    resolving(monkeypatch, *inside)
    for _ in inside:
        status, told = await save(sqlite_door, f"https://{NAME}:{key_server.port}/keys")
        assert (status, told["error"]["code"]) == (422, "ADDRESS_NOT_ALLOWED")
        assert told["error"]["details"][0]["field"] == "jwks_url"
    assert await sqlite_door.world.rows("SELECT version, jwt_jwks_url FROM hosts WHERE code = 'lms'") == [(None, None)]
    assert await sqlite_door.verdict(token()) == "TOKEN_INVALID"
    assert key_server.heard == []


async def test_an_address_inside_is_refused_however_it_is_spelled(sqlite_door: Door, tmp_path: Path) -> None:
    production(sqlite_door, tmp_path)
    for address in ("127.0.0.1", "[::1]", "2130706433", "0x7f.1", "169.254.169.254", "[::ffff:a00:1]"):
        assert (await save(sqlite_door, f"https://{address}/keys"))[0] == 422, address


async def test_a_name_that_moved_inside_after_it_was_saved_is_not_called(
    sqlite_door: Door, tmp_path: Path, key_server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(sqlite_door, tmp_path)
    asked = resolving(monkeypatch, [OUTSIDE], ["127.0.0.1"])
    assert (await save(sqlite_door, f"https://{NAME}:{key_server.port}/keys"))[0] == 200
    assert await sqlite_door.verdict(token()) == "JWKS_UNAVAILABLE", "its keys can't be had"
    assert (asked, key_server.heard) == ([NAME, NAME], [])


async def test_a_network_that_the_operators_named_is_called_by_its_certificates_name(
    sqlite_door: Door, tmp_path: Path, key_server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(sqlite_door, tmp_path, "127.0.0.0/30")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")  # a proxy would look the name up again: none is asked
    asked = resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.1"], ["127.0.0.9"])
    assert (await save(sqlite_door, f"https://{NAME}:{key_server.port}/keys"))[0] == 200
    assert await sqlite_door.verdict(token()) == "OK"
    assert (len(asked), [one.path for one in key_server.heard]) == (2, ["/keys"]), "looked up once for a fetch"
    assert key_server.heard[0].headers["host"] == f"{NAME}:{key_server.port}"
    assert (await save(sqlite_door, f"https://other.test:{key_server.port}/keys"))[1]["error"]["code"] == (
        "ADDRESS_NOT_ALLOWED"
    )


async def test_a_redirect_inside_is_an_answer_that_holds_no_keys(
    sqlite_door: Door, tmp_path: Path, key_server: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(sqlite_door, tmp_path, "127.0.0.1/32")
    key_server.says = answer(302, f"location: https://{NAME}:{key_server.port}/elsewhere")
    resolving(monkeypatch, ["127.0.0.1"])
    assert (await save(sqlite_door, f"https://{NAME}:{key_server.port}/keys"))[0] == 200
    assert await sqlite_door.verdict(token()) == "JWKS_UNAVAILABLE"
    assert len(key_server.heard) == 1


async def test_a_name_that_leads_nowhere_yet_may_be_saved(
    sqlite_door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(sqlite_door, tmp_path)
    resolving(monkeypatch, [])
    assert (await save(sqlite_door, f"https://{NAME}/keys"))[0] == 200
    assert await sqlite_door.verdict(token()) == "JWKS_UNAVAILABLE"


async def test_a_name_server_that_says_nothing_holds_nobody_up(
    tmp_path: Path, sqlite_door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any, **__: Any) -> list[Any]:
        await asyncio.sleep(60)
        raise socket.gaierror

    monkeypatch.setattr("app.core.jwks.FETCH_SECONDS", 0.05)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", never, raising=False)
    production(sqlite_door, tmp_path)
    assert (await save(sqlite_door, f"https://{NAME}/keys"))[0] == 200
    assert await sqlite_door.verdict(token()) == "JWKS_UNAVAILABLE"


def test_no_setting_opens_what_hands_out_a_machines_keys() -> None:
    everything = [ip_network("0.0.0.0/0"), ip_network("::/0")]
    for address in ("169.254.169.254", "::ffff:169.254.169.254", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200"):
        assert not is_within(address, everything)
    assert is_within("10.1.2.3", [ip_network("10.0.0.0/8")]) and is_within("::ffff:10.1.2.3", everything)
    assert not is_within("10.1.2.3", [ip_network("10.2.0.0/16"), ip_network("::/0")])
