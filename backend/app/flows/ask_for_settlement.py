"""An operator asks for a settlement, before its time or after it failed. Writes job_runs, admin_audit_log."""

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.flows.steps.ask_for import ask_for
from app.flows.steps.commands import Done
from app.flows.steps.edits import Row
from app.flows.steps.once import KeyedAct, once
from app.flows.steps.settlement_view import known_bridge, settlement_slot, settlement_view
from app.services import House, Services


async def ask_for_settlement(house: House, act: KeyedAct, code: str) -> Done:
    """Makes a worker settle a campaign at its next tick, once per key; its last day must be over.

    Raises BRIDGE_NOT_FOUND, BRIDGE_STATE (a draft, or days still to come), JOB_ALREADY_DONE and JOB_RUNNING.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        campaign = await known_bridge(keepers, code)
        if campaign["state"] == "DRAFT" or kst_date(now) <= campaign["end_date"]:
            raise AppError("BRIDGE_STATE", state=campaign["state"], end_date=campaign["end_date"].isoformat())
        await ask_for(keepers, act, settlement_slot(campaign), now=now)
        return await settlement_view(keepers, code, now)

    return await once(house, act, "BRIDGE_SETTLEMENT", work)
