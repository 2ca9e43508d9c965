"""Measures the settlement of many players against a pure INSERT … SELECT of the same rows.

    PYTHONPATH=backend:. python -m tests.bench.settlement --players 1000000

Starts a private MariaDB with the durability of production. The floor copies what the settlement wrote into tables of
the same shape: no locks, no decisions, no client between the rows, one statement a table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import time
from pathlib import Path

from sqlalchemy import Connection, text

from app.batches.job import Run
from app.batches.scheduler import JOBS_BY_NAME, run_slot
from app.container import Container
from app.core.time_utils import SystemClock
from app.domain.jobs import BRIDGE_SETTLEMENT, JobRun, RunStatus
from app.flows.settle_bridge import settle_bridge
from app.main import tune_garbage_collector
from tests.bridge.crowd import connection, prepare, require_exact
from tests.fixtures import settings_for
from tests.servers import MariaDb

WRITTEN = (
    *("wallets", "wallet_ledger", "reward_log", "season_progress", "season_xp_ledger", "season_claims"),
    *("user_event_log", "outbox", "bridge_settlements"),
)
SAMPLES = 10


def resident_mb() -> float:
    """What this process holds in memory now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def settle(url: str, players: int) -> tuple[float, list[float]]:
    """(seconds, memory at ten moments) of the settlement, in this process."""
    settings = settings_for(url, log_level="ERROR", db_budget_seconds=60)
    container, memory = Container(settings, clock=SystemClock()), []

    def sample(run: JobRun) -> None:
        if run.seen * SAMPLES // players >= len(memory):
            memory.append(round(resident_mb(), 1))

    async def work(run: Run) -> bool:
        return await settle_bridge(container.house, run.lease, goes_on=lambda: True, progress=sample)

    job = JOBS_BY_NAME[BRIDGE_SETTLEMENT]
    tune_garbage_collector()  # as the worker does at its start
    try:
        slot = await job.schedule.due(container.house, job.name, container.clock.now())
        assert slot is not None, "the campaign is due"
        started = time.perf_counter()
        measured = type(job)(job.name, job.promise, job.schedule, work)
        status = await run_slot(container, measured, slot, "bench", lambda: True)
        seconds = time.perf_counter() - started
    finally:
        await container.close()
    assert status is RunStatus.DONE, status
    return seconds, [*memory, round(resident_mb(), 1)]


def floor(db: Connection) -> float:
    """Seconds that the server alone needs for the same rows, and for emptying the counters."""
    for table in WRITTEN:
        db.execute(text(f"DROP TABLE IF EXISTS floor_{table}"))
        db.execute(text(f"CREATE TABLE floor_{table} LIKE {table}"))
    db.execute(text("UPDATE user_profiles SET event_key_count = 7, event_pending_points = 35000"))
    started = time.perf_counter()
    for table in WRITTEN:
        db.execute(text(f"INSERT INTO floor_{table} SELECT * FROM {table}"))
    db.execute(text("UPDATE user_profiles SET event_key_count = 0, event_pending_points = 0"))
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--players", type=int, default=1_000_000)
    players = parser.parse_args().players
    logging.disable(logging.INFO)
    with MariaDb(buffer_pool="1G") as server:
        url = server.create_database("dojang")
        expected = asyncio.run(prepare(settings_for(url), players))
        seconds, memory = asyncio.run(settle(url, players))
        with connection(url) as db:
            require_exact(db, expected)
            bare = floor(db)
    figures = {
        "players": players,
        "seconds": round(seconds, 1),
        "players_per_second": round(players / seconds),
        "floor_seconds": round(bare, 1),
        "ratio": round(bare / seconds, 3),
        "memory_mb": memory,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
