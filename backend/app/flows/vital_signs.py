"""How the service stands as a whole, for monitoring: schema, worker, jobs, reconcile, pools. Reads job_*."""

import math
from datetime import datetime

from app.core.errors import AppError
from app.core.metrics import (
    BUILD,
    DATABASE_UP,
    JOBS_FAILED,
    JOBS_STUCK,
    POOL_IN_USE,
    POOL_SIZE,
    RECONCILE_AGE,
    RECONCILE_DIFFERENCES,
    SCHEMA_AT_HEAD,
    WORKER_QUIET,
)
from app.db.schema import HEAD, schema_version
from app.domain.jobs import RECONCILE
from app.flows.steps.job_troubles import job_troubles
from app.services import House, Services

OF_THE_DATABASE = (SCHEMA_AT_HEAD, WORKER_QUIET, JOBS_FAILED, JOBS_STUCK, RECONCILE_DIFFERENCES, RECONCILE_AGE)


async def note_vital_signs(house: House) -> None:
    """Sets the gauges to what the database says now; to NaN when it can't be asked, and where nothing ever ran."""
    for pool, (taken, most) in house.database.pools().items():
        POOL_IN_USE.labels(pool).set(taken)
        POOL_SIZE.labels(pool).set(most)
    BUILD.info({"schema": HEAD})
    try:
        signs = await _signs(house, house.clock.now())
    except AppError:
        signs = None
    DATABASE_UP.set(float(signs is not None))
    for gauge, value in zip(OF_THE_DATABASE, signs or [math.nan] * len(OF_THE_DATABASE), strict=True):
        gauge.set(value)


async def _signs(house: House, now: datetime) -> list[float]:
    """In the order of OF_THE_DATABASE."""
    is_at_head = await house.database.read(schema_version) == HEAD
    if not is_at_head:  # the tables may be others
        return [0.0, *[math.nan] * (len(OF_THE_DATABASE) - 1)]

    async def work(keepers: Services) -> list[float]:
        quiet, troubles = await keepers.job.quiet_seconds(), await job_troubles(keepers)
        last = await keepers.job.last_amount(RECONCILE)
        differences, age = (math.nan, math.nan) if last is None else (last[0], (now - last[1]).total_seconds())
        failed, stuck = len(troubles.failed), len(troubles.stuck)
        return [1.0, math.nan if quiet is None else quiet, failed, stuck, differences, age]

    return await house.read(work)
