"""The bridge's jobs: closing the door, settling everyone, and the levels that waited for a season."""

import structlog

from app.batches.job import Run
from app.domain.jobs import JobRun
from app.flows.settle_bridge import close_bridge, settle_bridge
from app.flows.settle_bridge_levels import settle_bridge_levels

log = structlog.get_logger()


async def close(run: Run) -> bool:
    """Closes the door of one campaign."""
    await close_bridge(run.container.house, run.lease.slot.subject)
    return True


async def settle(run: Run) -> bool:
    """Settles one campaign."""

    def tell(state: JobRun) -> None:
        log.info("bridge_settlement", campaign=state.slot.subject, seen=state.seen, paid=state.done)

    return await settle_bridge(run.container.house, run.lease, goes_on=run.goes_on, progress=tell)


async def give_levels(run: Run) -> bool:
    """Gives the levels of one campaign that waited for their season."""
    return await settle_bridge_levels(run.container.house, run.lease, goes_on=run.goes_on)
