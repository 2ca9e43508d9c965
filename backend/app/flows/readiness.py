"""May this process get traffic? Asks the database and compares its schema with the code's. Reads outbox."""

from typing import Any

from app.core.errors import AppError
from app.db.schema import require_schema
from app.services import House


async def readiness(house: House) -> dict[str, Any]:
    """`db` ok, down or read_only, `migration` ok, mismatch or unknown, and how long the oldest unsent announcement

    has waited and how long ago any worker gave a sign of life (null: none ever did). Only the first two decide.
    """
    try:
        await require_schema(house.database)
        db = "ok" if await house.read(lambda keepers: keepers.doctor.takes_writes()) else "read_only"
        now = house.clock.now()
        age = await house.read(lambda keepers: keepers.outbox.oldest_due_seconds(now))
        quiet = await house.read(lambda keepers: keepers.job.quiet_seconds())
    except AppError as refusal:
        is_mismatch = refusal.code == "DB_SCHEMA_MISMATCH"
        db, migration = ("ok", "mismatch") if is_mismatch else ("down", "unknown")
        return {"db": db, "migration": migration, "outbox_age_seconds": None, "worker_quiet_seconds": None}
    return {"db": db, "migration": "ok", "outbox_age_seconds": age, "worker_quiet_seconds": quiet}
