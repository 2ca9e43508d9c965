"""What waits to be told to the outside, for monitoring. Reads outbox and webhook_deliveries."""

import math

from app.core.errors import AppError
from app.core.metrics import OUTBOX_AGE, WEBHOOK_AGE, WEBHOOKS
from app.services import House, Services


async def note_backlog(house: House) -> None:
    """Sets the gauges to what the database says now; to NaN when it can't be asked."""
    now = house.clock.now()

    async def work(keepers: Services) -> tuple[float, dict[str, int], float]:
        age = await keepers.outbox.oldest_due_seconds(now)
        return age, *await keepers.delivery.backlog(now)

    try:
        outbox_age, counts, webhook_age = await house.read(work)
    except AppError:
        outbox_age, counts, webhook_age = math.nan, {}, math.nan
    OUTBOX_AGE.set(outbox_age)
    WEBHOOK_AGE.set(webhook_age)
    for state, count in counts.items():
        WEBHOOKS.labels(state).set(count)
