"""May this process get traffic? Asks the database and compares its schema with the code's. Reads outbox."""

from typing import Any

from app.core.errors import AppError
from app.db.schema import require_schema
from app.flows.steps.job_troubles import job_troubles
from app.services import House

ONLY_REPORTED = ("outbox_age_seconds", "worker_quiet_seconds", "jobs_failed", "jobs_stuck")


async def readiness(house: House) -> dict[str, Any]:
    """`db` ok, down or read_only, `migration` ok, mismatch or unknown, how long the oldest unsent announcement has

    waited, how long ago any worker reported (null: none ever did), and how many runs of jobs wait for a
    person or come no further. Only the first two decide.
    """
    try:
        await require_schema(house.database)
        db = "ok" if await house.read(lambda keepers: keepers.doctor.takes_writes()) else "read_only"
        now = house.clock.now()
        age = await house.read(lambda keepers: keepers.outbox.oldest_due_seconds(now))
        quiet = await house.read(lambda keepers: keepers.job.quiet_seconds())
        troubles = await house.read(job_troubles)
    except AppError as refusal:
        is_mismatch = refusal.code == "DB_SCHEMA_MISMATCH"
        db, migration = ("ok", "mismatch") if is_mismatch else ("down", "unknown")
        return {"db": db, "migration": migration} | dict.fromkeys(ONLY_REPORTED)
    reported = dict(zip(ONLY_REPORTED, (age, quiet, len(troubles.failed), len(troubles.stuck)), strict=True))
    return {"db": db, "migration": "ok"} | reported
