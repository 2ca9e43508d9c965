"""The bridge's jobs: closing the door, settling everyone, and the levels that waited for a season."""

from datetime import datetime, timedelta

import structlog

from app.batches.job import Run
from app.core.time_utils import kst_date
from app.domain.bridge import CampaignState
from app.domain.jobs import BRIDGE_CLOSING, BRIDGE_SETTLEMENT, JobRun, JobSlot, RunStatus, subject_slot
from app.flows.settle_bridge import close_bridge, settle_bridge
from app.flows.settle_bridge_levels import settle_bridge_levels
from app.services import House

log = structlog.get_logger()
# between the closed door and the first payment; what a request can take at most is 15 s
CLOSES_BEFORE = timedelta(seconds=60)


async def due_closing(house: House, now: datetime) -> JobSlot | None:
    """The first open campaign whose settlement is a minute away or less."""
    rows = await house.read(lambda keepers: keepers.bridge.in_state(CampaignState.OPEN))
    due = [row for row in rows if row["settles_at"] - CLOSES_BEFORE <= now]
    return subject_slot(BRIDGE_CLOSING, due[0]["code"], kst_date(due[0]["settles_at"])) if due else None


async def due_settlement(house: House, now: datetime) -> JobSlot | None:
    """The campaign that is to be settled first among those whose time has come; failed runs wait for a person."""
    states = (CampaignState.OPEN, CampaignState.CLOSING)
    for row in await house.read(lambda keepers: keepers.bridge.in_state(*states)):
        slot = subject_slot(BRIDGE_SETTLEMENT, row["code"], kst_date(row["settles_at"]))
        if row["settles_at"] <= now and await _is_open(house, slot):
            return slot
    return None


async def _is_open(house: House, slot: JobSlot) -> bool:
    run = await house.read(lambda keepers: keepers.job.find(slot))
    return run is None or run.status not in (RunStatus.FAILED, RunStatus.DONE)


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
