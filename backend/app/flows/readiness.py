"""May this process get traffic? Asks the database and compares its schema with the code's."""

from typing import Any

from app.core.errors import AppError
from app.services import House, Services


async def readiness(house: House) -> dict[str, Any]:
    """`db` ok or down, `migration` ok or mismatch, and how old the oldest unsent announcement is."""

    async def work(keepers: Services) -> dict[str, Any]:
        age = await keepers.outbox.oldest_due_seconds(house.clock.now())
        return {"db": "ok", "migration": "ok", "outbox_age_seconds": age}

    try:
        return await house.read(work)
    except AppError:
        return {"db": "down", "migration": "unknown", "outbox_age_seconds": None}
