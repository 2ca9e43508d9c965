"""What the fault suite shares: a file for acknowledgements, and a served service over a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.config.settings import Settings
from app.container import Container
from app.core.time_utils import FixedClock, SystemClock
from app.db.schema import upgrade_to_head
from app.flows.seed_reference import seed_reference
from tests.bench.api import children_of
from tests.faults.book import Book
from tests.fixtures import AS_DELIVERED, settings_for
from tests.live import Service, start_service, wait_until_ready
from tests.servers import MariaDb
from tests.world import World


@dataclass(slots=True)
class Served:
    """A service in processes of its own over a MariaDB of its own; `world` looks at it and sends requests."""

    server: MariaDb
    settings: Settings
    service: Service
    world: World

    @property
    def workers(self) -> list[int]:
        """The processes that answer, oldest first; not the supervisor, nor what Python starts beside them."""
        children = sorted(children_of(self.service.process.pid))
        return [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """Where clients write down what they were told."""
    with Book(tmp_path / "acknowledged.jsonl") as opened:
        yield opened


@pytest.fixture
async def served(own_mariadb: MariaDb) -> AsyncIterator[Served]:
    """Two processes, and the reference event running today."""
    settings = settings_for(own_mariadb.create_database("dojang"), db_write_pool=4, **AS_DELIVERED)
    upgrade_to_head(settings.database_url)
    container = Container(settings, clock=SystemClock())
    await seed_reference(container.house, with_season=True)
    client = httpx.AsyncClient(timeout=30)
    season = (await container.house.read(lambda k: k.season.page(after=None, limit=1)))[0]
    world = World(None, container, client, FixedClock(SystemClock().now()), season["id"])
    started = Served(own_mariadb, settings, start_service(settings, workers=2), world)
    client.base_url = started.service.url
    try:
        wait_until_ready(started.service)
        yield started
    finally:
        started.service.stop()  # the one that runs now: a test may have replaced it
        await client.aclose()
        await container.close()
