"""What was made or changed on one process counts on every other one at its first use, however fresh its memory is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.core.time_utils import FixedClock
from app.main import create_app
from app.services.identity_service import IdentityService
from tests.fixtures import settings_for
from tests.identity.door import WALL, Door, at_once, bearer, code_of
from tests.identity.test_host_signing import public as pem
from tests.identity.test_jwks import KeyServer, published, server
from tests.world import World, open_world

__all__ = ["server"]  # a fixture
ISSUER = "https://new.example"
FIRST, SECOND = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
async def doors(database_url: str, clock: FixedClock) -> AsyncIterator[tuple[Door, Door]]:
    """Two processes on one database, each with its own memory; both have just looked at the hosts."""
    async with open_world(settings_for(database_url), clock) as world, beside(world, database_url) as other:
        made, used = Door.of(world), Door.of(other)
        for door in (made, used):
            await door.sign_in("somebody")
        yield made, used


@asynccontextmanager
async def beside(world: World, url: str) -> AsyncIterator[World]:
    app = create_app(settings_for(url), clock=world.clock)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://dojang.test") as client:
            yield replace(world, app=app, container=app.state.container, client=client)


def signed(key: Any = FIRST, **headers: Any) -> str:
    now = int(WALL.timestamp())
    return jwt.encode({"iss": ISSUER, "sub": "kim", "iat": now, "exp": now + 3600}, key, "ES256", headers or None)


async def add_host(door: Door, **signing: Any) -> None:
    """As `Door.add_host`, without waiting for anything."""
    await door.house.write(lambda k: k.identity.add_host("new", "new", now=WALL, **signing))


async def test_a_new_hosts_api_key_signs_its_players_in_on_every_process(doors: tuple[Door, Door]) -> None:
    made, used = doors
    await add_host(made)
    headers = await made.api_key("new")
    answer = await used.world.client.post("/api/auth/token", json={"external_id": "kim"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert await used.me(answer.json()["access_token"]) == "OK"
    assert await made.me(answer.json()["access_token"]) == "OK"


async def test_a_new_hosts_signed_token_is_believed_at_once(doors: tuple[Door, Door]) -> None:
    made, used = doors
    assert await used.me(signed()) == "TOKEN_INVALID"
    await add_host(made, jwt_algorithm="ES256", jwt_public_key=pem(FIRST), jwt_issuer=ISSUER)
    assert await used.me(signed()) == "OK"


async def test_a_new_signing_key_of_a_host_is_believed_at_once(doors: tuple[Door, Door]) -> None:
    made, used = doors
    await add_host(made, jwt_algorithm="ES256", jwt_public_key=pem(FIRST), jwt_issuer=ISSUER)
    assert await used.me(signed()) == "OK"
    await made.house.write(lambda k: k.identity.change_host("new", jwt_public_key=pem(SECOND)))
    assert await used.me(signed(SECOND)) == "OK"


async def test_a_host_that_begins_to_publish_its_keys_is_believed_at_once(
    doors: tuple[Door, Door], server: KeyServer
) -> None:
    made, used = doors
    server.keys = [published(SECOND, "b")]
    await add_host(made, jwt_algorithm="ES256", jwt_public_key=pem(FIRST), jwt_issuer=ISSUER)
    assert await used.me(signed()) == "OK"
    changed = {"jwt_public_key": None, "jwt_jwks_url": server.url}
    await made.house.write(lambda k: k.identity.change_host("new", **changed))
    assert await used.me(signed(SECOND, kid="b")) == "OK"


async def test_a_host_that_is_switched_on_again_is_let_in_at_once(doors: tuple[Door, Door]) -> None:
    made, used = doors
    await add_host(made, jwt_algorithm="ES256", jwt_public_key=pem(FIRST), jwt_issuer=ISSUER)
    ours = await used.world.client.post(
        "/api/auth/token", json={"external_id": "lee"}, headers=await made.api_key("new")
    )
    await made.house.write(lambda k: k.identity.change_host("new", is_active=False))
    used.wall.advance(seconds=2)
    assert await used.me(signed()) == "HOST_DISABLED"
    await made.house.write(lambda k: k.identity.change_host("new", is_active=True))
    assert await used.me(signed()) == "OK"
    assert await used.me(ours.json()["access_token"]) == "OK"


async def test_a_new_operator_comes_in_at_once_on_every_process(doors: tuple[Door, Door]) -> None:
    made, used = doors
    await made.add_staff("boss@example.com", "admin")
    signed_in = await used.staff_sign_in("boss@example.com")
    headers = bearer(signed_in.json()["access_token"])
    for door in (used, made):
        assert code_of(await door.world.client.get("/api/admin/jobs", headers=headers)) == "OK"


async def test_made_up_names_share_one_reading_at_a_time(
    doors: tuple[Door, Door], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred tokens of issuers that nobody knows, at once: those that wait for a reading share it."""
    _, used = doors
    readings, known_hosts = 0, IdentityService.known_hosts

    async def counted(keeper: IdentityService) -> Any:
        nonlocal readings
        readings += 1
        return await known_hosts(keeper)

    monkeypatch.setattr(IdentityService, "known_hosts", counted)
    assert await at_once(100, lambda: used.verdict(signed())) == ["TOKEN_INVALID"] * 100
    assert readings <= 3
    await used.verdict("garbage")
    assert readings <= 3, "what no host could have signed costs none"


async def test_a_token_that_is_refused_for_its_times_costs_no_reading(doors: tuple[Door, Door]) -> None:
    made, used = doors
    await add_host(made, jwt_algorithm="ES256", jwt_public_key=pem(FIRST), jwt_issuer=ISSUER)
    token = signed()
    assert await used.verdict(token) == "OK"
    used.wall.set(WALL + timedelta(hours=3))
    assert await used.verdict(token) == "TOKEN_EXPIRED"
