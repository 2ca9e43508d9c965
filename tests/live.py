"""The service as it really runs: `./run serve` with several processes, over TCP."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.config.settings import Settings
from app.container import Container
from app.core.time_utils import FixedClock, SystemClock
from app.flows.seed_reference import seed_reference
from tests.phones import NO_CERTIFICATES, Phones
from tests.ports import free_port
from tests.world import World

ROOT = Path(__file__).parents[1]
START_SECONDS = 90  # two processes on two busy cores


@dataclass(slots=True)
class Service:
    """A served service: its address and its processes."""

    url: str
    process: subprocess.Popen[bytes]

    def kill9(self) -> None:
        """The power cut of all its processes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill9()


@contextmanager
def serve(settings: Settings, *, workers: int = 2, **environment: str) -> Iterator[str]:
    """The address of a started service; its processes end with the block."""
    service = start_service(settings, workers=workers, **environment)
    try:
        wait_until_ready(service)
        yield service.url
    finally:
        service.stop()


def start_service(settings: Settings, *, workers: int, port: int | None = None, **environment: str) -> Service:
    """A service that is starting; whoever asked for it stops it."""
    port = port or free_port()
    env = os.environ | {
        "PYTHONPATH": str(ROOT / "backend"),
        "ENV": settings.env,
        "DATABASE_URL": settings.database_url,
        "JWT_SECRET": settings.jwt_secret.get_secret_value(),
        "WEB_CONCURRENCY": str(workers),
        "ACCESS_LOG": "false",
        "RATE_LIMITS": json.dumps(settings.rate_limits),
        "DB_BUDGET_SECONDS": str(settings.db_budget_seconds),
        "DB_POOL_TIMEOUT_SECONDS": str(settings.db_pool_timeout_seconds),
        **environment,
    }
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True)
    return Service(f"http://127.0.0.1:{port}", process)


def wait_until_ready(service: Service) -> None:
    """Returns when it may get traffic."""
    until = time.monotonic() + START_SECONDS
    # one client: reading the machine's certificates for each look would take a third of a core from who starts
    with httpx.Client(base_url=service.url, timeout=1, verify=NO_CERTIFICATES) as client:
        while time.monotonic() < until:
            assert service.process.poll() is None, "the service ended while it started"
            try:
                if client.get("/health/ready").status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
    raise AssertionError("the service did not get ready")


@asynccontextmanager
async def live_world(settings: Settings, *, workers: int = 2, **environment: str) -> AsyncIterator[World]:
    """A served service with the reference event running today, and a client with a connection for each request."""
    container = Container(settings, clock=SystemClock())
    await seed_reference(container.house, with_season=True)
    try:
        with serve(settings, workers=workers, **environment) as url:
            async with httpx.AsyncClient(base_url=url, transport=Phones(), timeout=60) as client:
                season = (await container.house.read(lambda k: k.season.page(after=None, limit=1)))[0]
                yield World(None, container, client, FixedClock(SystemClock().now()), season["id"])
    finally:
        await container.close()
