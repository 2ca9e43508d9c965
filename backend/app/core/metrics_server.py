"""Shows what a process counted, as Prometheus text, on a port that players never reach."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from wsgiref.simple_server import WSGIServer

import structlog
from prometheus_client import CollectorRegistry, Metric, start_http_server
from prometheus_client.registry import Collector

from app.core.metrics import AT_SCRAPE, REGISTRY

log = structlog.get_logger()
# the gauges ask the database, which has its own budget; a monitor gives up after 10 s
REFRESH_SECONDS = 8.0
Refresh = Callable[[], Awaitable[None]]


class ProcessMetrics(Collector):
    """Collects the counters of this process; with `refresh` also the gauges that it sets on the loop it runs on."""

    def __init__(self, refresh: Refresh | None = None) -> None:
        self._refresh, self._loop = refresh, asyncio.get_running_loop()

    def collect(self) -> Iterable[Metric]:
        """Called in the server's thread, for each scrape."""
        yield from REGISTRY.collect()
        if self._refresh is not None:
            asyncio.run_coroutine_threadsafe(_wait(self._refresh), self._loop).result(REFRESH_SECONDS)
            yield from AT_SCRAPE.collect()


async def _wait(refresh: Refresh) -> None:
    await refresh()


@asynccontextmanager
async def metrics_server(
    address: str, port: int | None, *, processes: int = 1, refresh: Refresh | None = None
) -> AsyncIterator[int | None]:
    """Serves /metrics from a thread while the block runs; yields the port, None where none is set.

    Each of several processes of one service takes the first free port of `port`, `port + 1` …, so that each can be
    asked by itself. Raises OSError when none is free.
    """
    if port is None:
        yield None
        return
    registry = CollectorRegistry()
    registry.register(ProcessMetrics(refresh))
    server = _first_free(address, range(port, port + processes), registry)
    log.info("metrics_served", address=address, port=server.server_port)
    try:
        yield server.server_port
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()


def _first_free(address: str, ports: range, registry: CollectorRegistry) -> WSGIServer:
    for port in ports:
        try:
            return start_http_server(port, addr=address, registry=registry)[0]
        except OSError:
            if port == ports[-1]:
                raise
    raise ValueError("at least one process")
