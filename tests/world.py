"""A service under test: its container, an HTTP client, and people to act as."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from prometheus_client import generate_latest
from sqlalchemy import text

from app.config.settings import Settings
from app.container import Container
from app.core.metrics import AT_SCRAPE, REGISTRY
from app.core.time_utils import Clock, FixedClock
from app.db.transaction import Tx
from app.domain.draw import Draw
from app.flows.issue_token import issue_token
from app.flows.reconcile import reconcile
from app.main import create_app
from app.services import House
from tests.planting import plant


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a token."""

    id: int
    name: str
    headers: dict[str, str]


@dataclass(slots=True)
class World:
    """The service, and ways to act on it as a client would."""

    app: FastAPI | None
    container: Container
    client: httpx.AsyncClient
    clock: FixedClock
    season_id: int

    @property
    def house(self) -> House:
        return self.container.house

    async def token(self, name: str, *scopes: str) -> dict[str, str]:
        """The header of a bearer with these scopes (default: player)."""
        token = await issue_token(
            self.house, self.container.keys, subject=name, scopes=frozenset(scopes or {"player"}), ttl_seconds=3600
        )
        return {"Authorization": f"Bearer {token}"}

    async def player(self, name: str, **balances: int) -> Person:
        """A signed-in player with these tokens in the wallet, paid through the admin API."""
        headers = await self.token(name)
        user_id = (await self.ok("GET", "/api/me", headers=headers))["user"]["id"]
        if balances:
            admin = await self.token("fixture-admin", "admin")
            for token_type, amount in balances.items():
                body = {"user_id": user_id, "token_type": token_type, "amount": amount, "reason": "a test needs it"}
                given = await self.ok("POST", "/api/admin/wallets/grant", json=body, headers=admin | key())
                if given["state"] == "APPROVAL":
                    await self._approve(given["operation_id"])
        return Person(user_id, name, headers)

    async def _approve(self, operation_id: str) -> None:
        """A second operator lets a large gift pass."""
        second, why = await self.token("fixture-second", "admin"), {"reason": "a test needs it"}
        query = {"operation_id": operation_id}
        [row] = (await self.ok("GET", "/api/admin/rewards", params=query, headers=second))["items"]
        await self.ok("POST", f"/api/admin/rewards/{row['id']}/approve", json=why, headers=second | key())

    async def configure(self, game: str, config: dict[str, Any]) -> int:
        """Makes this the active config of a game, as an operator would; returns its id."""
        admin = await self.token("fixture-admin", "admin")
        path, reason = f"/api/admin/games/{game}/configs", "a test needs it"
        saved = await self.ok("POST", path, json={"config": config, "reason": reason}, headers=admin)
        await self.ok("POST", f"{path}/{saved['id']}/activate", json={"reason": reason}, headers=admin)
        return int(saved["id"])

    async def ok(self, method: str, path: str, **request: Any) -> Any:
        """The JSON of a 2xx answer; anything else fails the test with the answer's text."""
        response = await self.client.request(method, path, **request)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    async def code(self, method: str, path: str, **request: Any) -> tuple[int, str]:
        """(status, error code) of a refusal."""
        response = await self.client.request(method, path, **request)
        assert response.headers["content-type"] == "application/problem+json", response.text
        return response.status_code, response.json()["error"]["code"]

    async def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        """Rows straight from the database, past the service."""

        async def work(tx: Tx) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in await tx.execute(text(sql), params)]

        return await self.house.database.read(work)

    async def stamp_with_gaps(self, person: Person, times: int) -> None:
        """So many stamps, a day missed between each two; the clock goes on with them."""
        for number in range(times):
            if number:
                self.clock.advance(days=2)  # type: ignore[attr-defined]
            await self.ok("POST", "/api/season-pass/stamp", headers=person.headers)

    async def metrics(self) -> str:
        """What a scrape of this process reads."""
        await self.container.measure()
        return (generate_latest(REGISTRY) + generate_latest(AT_SCRAPE)).decode()

    async def differences(self) -> dict[str, list[list[str]]]:
        """What `reconcile` finds: nothing, if every value is explained."""
        return {check.name: check.examples for check in await reconcile(self.house) if check.count}

    async def sql(self, statement: str, **params: Any) -> None:
        """A write straight into the database, as an operator with a terminal would do it."""
        async with self.house.database.write_engine.begin() as connection:
            await connection.execute(text(statement), params)


def key() -> dict[str, str]:
    """A fresh Idempotency-Key header."""
    return {"Idempotency-Key": uuid.uuid4().hex}


@asynccontextmanager
async def open_world(settings: Settings, clock: Clock, draw: Draw | None = None) -> AsyncIterator[World]:
    """A started service with the reference rows and the season XMAS_2025 (2025-12-09..2025-12-25)."""
    app = create_app(settings, clock=clock, draw=draw)
    async with app.router.lifespan_context(app):
        container: Container = app.state.container
        season_id = await plant(container.house)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://dojang.test") as client:
            yield World(app, container, client, clock, season_id)
