"""The jobs of what players strive for."""

from app.batches.job import Run
from app.flows.retire_missions import retire_missions


async def end_missions(run: Run) -> bool:
    """Retires the missions whose last day is over."""
    await retire_missions(run.container.house, run.lease.slot.logical_date)
    return True
