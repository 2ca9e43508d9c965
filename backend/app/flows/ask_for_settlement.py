"""An operator asks for a settlement, before its time or after it failed. Writes job_runs, admin_audit_log."""

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.jobs import BRIDGE_SETTLEMENT, subject_slot
from app.flows.steps.ask_for import ask_for
from app.services import House, Services
from app.services.audit_service import AdminAct


async def ask_for_settlement(house: House, act: AdminAct, code: str) -> None:
    """Makes a worker settle a campaign at its next tick; its last day must be over.

    Raises BRIDGE_NOT_FOUND, BRIDGE_STATE (a draft, or days still to come), JOB_ALREADY_DONE and JOB_RUNNING.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        campaign = await keepers.bridge.find(code)
        if campaign is None:
            raise AppError("BRIDGE_NOT_FOUND")
        if campaign["state"] == "DRAFT" or kst_date(now) <= campaign["end_date"]:
            raise AppError("BRIDGE_STATE", state=campaign["state"], end_date=campaign["end_date"].isoformat())
        slot = subject_slot(BRIDGE_SETTLEMENT, code, kst_date(campaign["settles_at"]))
        await ask_for(keepers, act, slot, now=now)

    await house.write(work)
