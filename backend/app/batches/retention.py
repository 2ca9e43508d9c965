"""Deletes at night what is over."""

from app.batches.job import Run
from app.flows.retain import retain


async def clean(run: Run) -> bool:
    """Deletes what nobody needs any more on the run's day."""
    container, day = run.container, run.lease.slot.logical_date
    return await retain(container.house, day, tokens_now=container.keys.now(), goes_on=run.goes_on)
