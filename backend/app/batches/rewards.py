"""Delivers what waited, as soon as it can be."""

from app.batches.job import Run
from app.flows.deliver_rewards import deliver_rewards


async def deliver(run: Run) -> bool:
    """Tries every reward whose time has come."""
    return await deliver_rewards(run.container.house, goes_on=run.goes_on)
