"""The season's turn at midnight."""

from app.batches.job import Run
from app.flows.turn_seasons import turn_seasons


async def turn(run: Run) -> bool:
    """Opens, closes and retires the seasons of the run's day."""
    await turn_seasons(run.container.house, run.lease.slot.logical_date)
    return True
