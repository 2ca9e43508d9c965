"""What operators read of a bridge campaign: its slots, how far players are, how it was settled. Reads only."""

from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.jobs import BRIDGE_SETTLEMENT, JobSlot, subject_slot
from app.flows.steps.edits import Row
from app.services import House, Services


async def find_bridge(house: House, code: str) -> Row:
    """One campaign with its slots. Raises BRIDGE_NOT_FOUND."""
    return await house.read(lambda keepers: _found(keepers, code))


async def bridge_progress(house: House, code: str) -> Row:
    """How many players have each key, and how many have 1, 2, 3, … of them."""

    async def work(keepers: Services) -> Row:
        campaign = await _found(keepers, code)
        counts = await keepers.bridge.key_counts(campaign["id"])
        by_keys = await keepers.bridge.players_by_keys(campaign["id"])
        return {
            "code": code,
            "state": campaign["state"],
            "keys": [
                {"day": slot["day"], "event_type": slot["event_type"], "players": counts.get(slot["event_type"], 0)}
                for slot in campaign["slots"]
            ],
            "players_by_key_count": [{"keys": keys, "players": players} for keys, players in by_keys.items()],
            "server_time": kst_text(house.clock.now()),
        }

    return await house.snapshot(work)


async def settlement_status(house: House, code: str) -> Row:
    """How the settlement stands: its run, and the players settled so far by outcome."""

    async def work(keepers: Services) -> Row:
        campaign = await _found(keepers, code)
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
            "server_time": kst_text(house.clock.now()),
        }

    return await house.snapshot(work)


def settlement_slot(campaign: Row) -> JobSlot:
    """The one run that settles a campaign."""
    return subject_slot(BRIDGE_SETTLEMENT, campaign["code"], kst_date(campaign["settles_at"]))


async def _found(keepers: Services, code: str) -> dict[str, Any]:
    campaign = await keepers.bridge.find(code)
    if campaign is None:
        raise AppError("BRIDGE_NOT_FOUND")
    return campaign
