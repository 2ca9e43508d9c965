"""nginx in front of two stubs that note what they get, and in front of two real processes over one database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.config.settings import Settings
from app.container import Container
from app.core.time_utils import FixedClock, SystemClock
from app.flows.seed_reference import seed_reference
from tests.edge.front import Nginx
from tests.edge.stub import Received, Stub
from tests.fixtures import new_mariadb, settings_for
from tests.live import Service, start_service, wait_until_ready
from tests.world import World


@dataclass(slots=True)
class Door:
    """nginx, and what came through it."""

    nginx: Nginx
    stubs: tuple[Stub, Stub]

    @property
    def received(self) -> list[Received]:
        return [request for stub in self.stubs for request in stub.received]

    async def passed_on(self, path: str = "/api/x", **headers: str) -> Received:
        """How a request with these headers reaches the API."""
        async with self.nginx.client() as client:
            response = await client.get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})
        assert response.status_code == 200, response.text
        return self.received[-1] if self.stubs[1].received else self.stubs[0].received[-1]

    def forget(self) -> None:
        for stub in self.stubs:
            stub.received.clear()


@dataclass(slots=True)
class Live:
    """nginx in front of two processes."""

    nginx: Nginx
    services: list[Service]
    world: World
    settings: Settings


@pytest.fixture(scope="module")
def nginx_is_here() -> None:
    if not os.environ.get("TEST_NGINX"):
        pytest.skip("no nginx: see the header of this run")


@pytest.fixture(scope="module")
async def door_of_module(nginx_is_here: None) -> AsyncIterator[Door]:
    stubs = (Stub(), Stub())
    ports = [await stub.start() for stub in stubs]
    with Nginx(*ports) as nginx:
        yield Door(nginx, stubs)
    for stub in stubs:
        await stub.stop()


@pytest.fixture
def door(door_of_module: Door) -> Door:
    door_of_module.forget()
    return door_of_module


@pytest.fixture(scope="module")
async def live(nginx_is_here: None) -> AsyncIterator[Live]:
    """Two processes with one worker each over one MariaDB, and the reference event running today."""
    with new_mariadb() as url:
        settings = settings_for(url, db_write_pool=4)
        container = Container(settings, clock=SystemClock())
        await seed_reference(container.house, with_season=True)
        services = [start_service(settings, workers=1, FORWARDED_ALLOW_IPS="127.0.0.1") for _ in range(2)]
        try:
            for service in services:
                wait_until_ready(service)
            with Nginx(*(int(service.url.rpartition(":")[2]) for service in services)) as nginx:
                async with nginx.client() as client:
                    season = (await container.house.read(lambda k: k.season.page(after=None, limit=1)))[0]
                    world = World(None, container, client, FixedClock(SystemClock().now()), season["id"])
                    yield Live(nginx, services, world, settings)
        finally:
            for service in services:
                service.stop()
            await container.close()
