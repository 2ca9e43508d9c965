"""The jobs of what players strive for."""

from app.batches.job import Run
from app.flows.close_leaderboard import close_leaderboard
from app.flows.retire_missions import retire_missions
from app.flows.settle_teams import settle_teams


async def end_missions(run: Run) -> bool:
    """Retires the missions whose last day is over."""
    await retire_missions(run.container.house, run.lease.slot.logical_date)
    return True


async def close_window(run: Run) -> bool:
    """Closes one window of one leaderboard and pays its ranks."""
    return await close_leaderboard(run.container.house, run.lease, goes_on=run.goes_on)


async def settle_contest(run: Run) -> bool:
    """Settles one contest of teams."""
    return await settle_teams(run.container.house, run.lease, goes_on=run.goes_on)
