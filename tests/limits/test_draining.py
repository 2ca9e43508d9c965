"""A process that is told to stop fails nobody: not ready at once, still answering, gone when all is answered."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from app.config.settings import Settings
from app.container import Container
from app.core.time_utils import FixedClock, SystemClock
from app.flows.seed_reference import seed_reference
from tests.fixtures import settings_for
from tests.live import Service, start_service, wait_until_ready
from tests.phones import NO_CERTIFICATES
from tests.stream.ear import until
from tests.wheel import ALWAYS_TEN
from tests.world import World, key

DRAIN_SECONDS = 1.5
PLAYERS = 8


@dataclass(slots=True)
class Balancer:
    """Hands on to the first process that says it is ready, asked each tenth of a second, as balancers do."""

    services: list[Service]
    clients: list[httpx.AsyncClient]
    ready: list[bool] = field(default_factory=lambda: [True, True])
    refused: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=lambda: [0, 0])

    async def look(self) -> None:
        while True:
            for number, service in enumerate(self.services):
                try:
                    async with httpx.AsyncClient(timeout=1, verify=NO_CERTIFICATES) as fresh:
                        self.ready[number] = (await fresh.get(f"{service.url}/health/ready")).status_code == 200
                except httpx.HTTPError:
                    self.ready[number] = False
            await asyncio.sleep(0.1)

    async def play(self, headers: dict[str, str]) -> None:
        number = self.ready.index(True)
        try:
            answer = await self.clients[number].post("/api/roulette/play", headers=headers | key())
        except httpx.HTTPError as error:
            self.refused.append(f"{number}: {error!r}")
            return
        if answer.status_code != 200:
            self.refused.append(f"{number}: {answer.status_code} {answer.text}")
        self.answered[number] += 1


@pytest.fixture
async def two_processes(mariadb_url: str) -> AsyncIterator[tuple[World, list[Service]]]:
    """Two services over one MariaDB, with the reference event running today."""
    settings: Settings = settings_for(mariadb_url, db_write_pool=4)
    container = Container(settings, clock=SystemClock())
    await seed_reference(container.house, with_season=True)
    services = [start_service(settings, workers=1, DRAIN_SECONDS=str(DRAIN_SECONDS)) for _ in range(2)]
    try:
        for service in services:
            wait_until_ready(service)
        async with httpx.AsyncClient(base_url=services[1].url, timeout=20, verify=NO_CERTIFICATES) as client:
            yield World(None, container, client, FixedClock(SystemClock().now()), 0), services
    finally:
        for service in services:
            service.stop()
        await container.close()


async def test_a_process_that_is_told_to_stop_under_load_fails_no_request(
    two_processes: tuple[World, list[Service]],
) -> None:
    world, services = two_processes
    await world.configure("roulette", ALWAYS_TEN)
    people = [await world.player(f"p{n}", ROULETTE_COIN=10_000) for n in range(PLAYERS)]
    clients = [httpx.AsyncClient(base_url=service.url, timeout=20, verify=NO_CERTIFICATES) for service in services]
    balancer, is_over = Balancer(services, clients), asyncio.Event()

    async def play_on(headers: dict[str, str]) -> None:
        while not is_over.is_set():
            await balancer.play(headers)

    watching = asyncio.create_task(balancer.look())
    playing = [asyncio.create_task(play_on(person.headers)) for person in people]
    try:
        await until(lambda: balancer.answered[0] >= 20)
        told, before = time.monotonic(), balancer.answered[0]
        services[0].process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.15)
        ready, live = await asyncio.gather(clients[0].get("/health/ready"), clients[0].get("/health/live"))
        assert (ready.status_code, ready.json()["draining"]) == (503, True)
        assert live.headers["connection"] == "close"
        await asyncio.to_thread(services[0].process.wait, 15)
        assert DRAIN_SECONDS <= time.monotonic() - told < DRAIN_SECONDS + 8
        await until(lambda: balancer.answered[1] >= 20)
    finally:
        is_over.set()
        await asyncio.gather(*playing)
        watching.cancel()
        for client in clients:
            await client.aclose()
    assert balancer.refused == []
    assert balancer.answered[0] >= before
    counted = await world.rows("SELECT COUNT(*) FROM game_plays")
    assert counted == [(sum(balancer.answered),)]
    assert not await world.differences()
