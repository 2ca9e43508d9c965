"""What a start sets up."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import main
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


TUNED = """
import gc
from app import GC_THRESHOLDS
from app.main import tune_garbage_collector
tune_garbage_collector()
assert gc.get_threshold() == GC_THRESHOLDS
assert gc.get_freeze_count() > 10_000
"""


def test_a_tuned_collector_leaves_alone_what_the_start_made() -> None:
    subprocess.run([sys.executable, "-c", TUNED], check=True, env={"PYTHONPATH": "backend"}, cwd=ROOT)


async def test_the_collector_is_tuned_once_the_service_runs(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned = []
    monkeypatch.setattr(main, "tune_garbage_collector", lambda: tuned.append(True))
    again = main.create_app(sqlite_world.container.settings, clock=sqlite_world.clock)
    assert not tuned
    async with again.router.lifespan_context(again):
        assert tuned == [True]


async def test_readiness_tells_what_it_found(sqlite_world: World) -> None:
    ready = await sqlite_world.client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() | {"outbox_age_seconds": 0} == {
        "status": "ok", "db": "ok", "migration": "ok", "redis": "off", "draining": False, "outbox_age_seconds": 0,
        "worker_quiet_seconds": None, "jobs_failed": 0, "jobs_stuck": 0,
    }  # fmt: skip
    await sqlite_world.sql("UPDATE alembic_version SET version_num = 'another'")
    behind = await sqlite_world.client.get("/health/ready")
    assert (behind.status_code, behind.json()["migration"]) == (503, "mismatch")
    assert (await sqlite_world.client.get("/health")).json() == {"status": "ok"}
    heads = [await sqlite_world.client.head(f"/health{path}") for path in ("", "/live", "/ready")]
    assert [head.status_code for head in heads] == [200, 200, 503]


async def test_a_draining_process_gets_no_more_traffic(sqlite_world: World) -> None:
    sqlite_world.container.is_draining = True
    assert (await sqlite_world.client.get("/health/ready")).status_code == 503


async def test_metrics_count_plays_and_refusals(sqlite_world: World) -> None:
    player = await sqlite_world.player("kim", ROULETTE_COIN=1)
    for _ in range(2):
        headers = player.headers | {"Idempotency-Key": "a"}
        await sqlite_world.client.post("/api/roulette/play", headers=headers)
    await sqlite_world.client.post("/api/roulette/play")  # nobody's
    text = await sqlite_world.metrics()
    for line in (
        'dojang_plays_total{game="roulette"}',
        'dojang_replays_total{operation="PLAY"}',
        'dojang_refusals_total{code="',
        'dojang_request_seconds_count{method="POST",route="/api/roulette/play"}',
    ):
        assert line in text
