"""What a process counted is shown on a port of its own, and on no port that players reach."""

from __future__ import annotations

import httpx
import pytest

from app.core.metrics_server import metrics_server
from tests.ports import free_port
from tests.world import World


async def scrape(port: int | None) -> str:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        return (await client.get("/metrics")).text


async def test_a_worker_shows_its_own_counts_and_no_gauge_of_the_database() -> None:
    async with metrics_server("127.0.0.1", free_port()) as port:
        text = await scrape(port)
    assert "dojang_transaction_retries_total" in text
    assert "dojang_database_up" not in text, "only the API asks the database: a 0 of the worker would be an alert"


async def test_the_api_asks_the_database_at_each_scrape(sqlite_world: World) -> None:
    async with metrics_server("127.0.0.1", free_port(), refresh=sqlite_world.container.measure) as port:
        assert "dojang_database_up 1.0" in await scrape(port)


async def test_each_process_takes_the_next_free_port_and_one_without_any_does_not_start() -> None:
    first = free_port()
    async with (
        metrics_server("127.0.0.1", first, processes=2) as one,
        metrics_server("127.0.0.1", first, processes=2) as two,
    ):
        assert (one, two) == (first, first + 1)
        with pytest.raises(OSError, match="in use"):
            async with metrics_server("127.0.0.1", first, processes=2):
                pass


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics;", "/%6detrics"])
async def test_no_spelling_finds_the_metrics_on_the_players_port(sqlite_world: World, path: str) -> None:
    answer = await sqlite_world.client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
