"""What a start sets up."""

import gc

from app.main import GC_THRESHOLDS
from tests.world import World


async def test_the_collector_is_tuned_once_the_service_runs(sqlite_world: World) -> None:
    assert gc.get_threshold() == GC_THRESHOLDS
    assert gc.get_freeze_count() > 10_000


async def test_readiness_tells_what_it_found(sqlite_world: World) -> None:
    ready = await sqlite_world.client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() | {"outbox_age_seconds": 0} == {
        "status": "ok", "db": "ok", "migration": "ok", "redis": "off", "draining": False, "outbox_age_seconds": 0,
        "worker_quiet_seconds": None,
    }  # fmt: skip
    await sqlite_world.sql("UPDATE alembic_version SET version_num = 'another'")
    behind = await sqlite_world.client.get("/health/ready")
    assert (behind.status_code, behind.json()["migration"]) == (503, "mismatch")
    assert (await sqlite_world.client.get("/health")).json() == {"status": "ok"}


async def test_a_draining_process_gets_no_more_traffic(sqlite_world: World) -> None:
    sqlite_world.container.is_draining = True
    assert (await sqlite_world.client.get("/health/ready")).status_code == 503


async def test_metrics_count_plays_and_refusals(sqlite_world: World) -> None:
    player = await sqlite_world.player("kim", ROULETTE_COIN=1)
    for name in ("a", "a", "b"):
        headers = player.headers | {"Idempotency-Key": name}
        await sqlite_world.client.post("/api/roulette/play", headers=headers)
    text = (await sqlite_world.client.get("/metrics")).text
    for line in (
        'dojang_plays_total{game="roulette"}',
        'dojang_replays_total{operation="PLAY"}',
        'dojang_refusals_total{code="',
        'dojang_request_seconds_count{method="POST",route="/api/roulette/play"}',
    ):
        assert line in text
