"""The service's door as these tests see it: hosts, operators and players who knock, and the clock tokens live by."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
from argon2 import PasswordHasher

from app.core.errors import AppError
from app.core.jwks import Jwks
from app.core.security import new_secret, sha256_hex
from app.core.time_utils import FixedClock
from app.core.tokens import TokenKeys
from app.flows.authenticate import Authenticator
from app.flows.seed_reference import ACT
from app.flows.staff_sign_in import StaffDoor
from app.services import House, Services
from tests.world import World

# far from the business clock of the tests: nothing may mix the two up
WALL = datetime(2031, 5, 5, 5, 5, 5, 500_000, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
# What is stored says how it is checked, and the service's own fifth of a second is for guessers, not for fixtures.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(slots=True)
class Door:
    """A service, and ways to knock."""

    world: World
    wall: FixedClock

    @classmethod
    def of(cls, world: World) -> "Door":
        """The service with its tokens living by a clock that the test moves."""
        wall = FixedClock(WALL)
        container = world.container
        container.keys = replace(container.keys, clock=wall)
        jwks = Jwks(wall, allow_plain_loopback=True)
        container.authenticator = Authenticator(container.house, container.keys, jwks, container.arrivals)
        container.staff_door = StaffDoor(container.house, container.keys, container.passwords)
        return cls(world, wall)

    @property
    def house(self) -> House:
        return self.world.house

    @property
    def keys(self) -> TokenKeys:
        return self.world.container.keys

    @property
    def authenticator(self) -> Authenticator:
        return self.world.container.authenticator

    async def add_host(self, code: str, **signing: Any) -> int:
        """A further host; `signing` gives its jwt_… columns and max_life_seconds."""
        host_id = await self.house.write(lambda k: k.identity.add_host(code, code, now=WALL, **signing))
        self.wall.advance(seconds=3)  # so that the process looks at its hosts again
        return host_id

    async def api_key(self, host_code: str = "main") -> dict[str, str]:
        """The header of a fresh API key of a host."""
        key = f"dk_{new_secret()}"

        async def work(keepers: Services) -> None:
            host = next(host for host in await keepers.identity.active_hosts() if host.code == host_code)
            key_id = await keepers.identity.add_api_key(host.id, "test", key_hash=sha256_hex(key), now=WALL)
            facts = {"key_id": key_id, "name": "test"}
            await keepers.audit.add(ACT, "API_KEY_ADDED", f"host:{host_code}", after=facts, now=WALL)

        await self.house.write(work)
        return {"X-API-Key": key}

    async def sign_in(self, name: str, nickname: str | None = None) -> dict[str, Any]:
        """The tokens of a player, by host exchange."""
        body = {"external_id": name} | ({"nickname": nickname} if nickname else {})
        answer: dict[str, Any] = await self.world.ok("POST", TOKEN, json=body, headers=await self.api_key())
        return answer

    async def add_staff(self, login: str, *scopes: str, password: str | None = PASSWORD) -> int:
        """An operator."""
        hashed = QUICK.hash(password) if password else None
        member = await self.house.write(
            lambda k: k.identity.add_staff(login, scopes=frozenset(scopes), password_hash=hashed, now=WALL)
        )
        return member.id

    async def staff_sign_in(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return await self.world.client.post(STAFF_TOKEN, json={"email": login, "password": password} | more)

    async def staff_refresh(self, token: str) -> httpx.Response:
        return await self.world.client.post(STAFF_TOKEN, json={"refresh_token": token})

    async def staff_refreshed(self, token: str) -> dict[str, Any]:
        """The answer to an operator's refresh that succeeds."""
        answer: dict[str, Any] = await self.world.ok("POST", STAFF_TOKEN, json={"refresh_token": token})
        return answer

    async def refresh(self, token: str) -> httpx.Response:
        return await self.world.client.post(TOKEN, json={"refresh_token": token})

    async def refreshed(self, token: str) -> dict[str, Any]:
        """The answer to a refresh that succeeds."""
        answer: dict[str, Any] = await self.world.ok("POST", TOKEN, json={"refresh_token": token})
        return answer

    async def me(self, access_token: str) -> str:
        """`OK`, or the code that GET /api/me refuses this access token with."""
        return code_of(await self.world.client.get("/api/me", headers=bearer(access_token)))

    async def verdict(self, token: str) -> str:
        """`OK`, or the code that the token itself is refused with, before anyone looks at the player."""
        try:
            await self.authenticator.principal(token)
        except AppError as refusal:
            return refusal.code
        return "OK"


TOKEN = "/api/auth/token"
STAFF_TOKEN = "/api/admin/auth/token"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def code_of(response: httpx.Response) -> str:
    """The error code of a problem; `OK` for a success."""
    if response.is_success:
        return "OK"
    assert response.headers["content-type"] == "application/problem+json", response.text
    return str(response.json()["error"]["code"])


async def at_once(count: int, knock: Any) -> list[Any]:
    """`count` calls of `knock` in parallel."""
    return list(await asyncio.gather(*(knock() for _ in range(count))))
