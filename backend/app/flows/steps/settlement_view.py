"""How the settlement of a bridge campaign stands."""

from datetime import datetime

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.jobs import BRIDGE_SETTLEMENT, JobSlot, subject_slot
from app.flows.steps.edits import Row
from app.services import Services


def settlement_slot(campaign: Row) -> JobSlot:
    """The one run that settles a campaign."""
    return subject_slot(BRIDGE_SETTLEMENT, campaign["code"], kst_date(campaign["settles_at"]))


async def known_bridge(keepers: Services, code: str) -> Row:
    """One campaign with its slots. Raises BRIDGE_NOT_FOUND."""
    campaign = await keepers.bridge.find(code)
    if campaign is None:
        raise AppError("BRIDGE_NOT_FOUND")
    return campaign


async def settlement_view(keepers: Services, code: str, now: datetime) -> Row:
    """Its run, and the players settled so far by outcome."""
    campaign = await known_bridge(keepers, code)
    run = await keepers.job.find(settlement_slot(campaign))
    totals: Row = {"status": "NOT_STARTED", "seen": 0, "paid": 0, "points": 0, "last_error": None}
    if run is not None:
        totals = {
            "status": run.status,
            "seen": run.seen,
            "paid": run.done,
            "points": run.amount,
            "last_error": run.last_error,
        }
    return {
        "code": code,
        "state": campaign["state"],
        "settles_at": campaign["settles_at"],
        "run": totals,
        "outcomes": await keepers.bridge.outcomes(campaign["id"]),
        "server_time": kst_text(now),
    }
