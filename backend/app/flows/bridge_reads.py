"""What operators read of a bridge campaign: its slots, how far players are, how it was settled. Reads only."""

from app.core.time_utils import kst_text
from app.flows.steps.edits import Row
from app.flows.steps.settlement_view import known_bridge, settlement_view
from app.services import House, Services


async def find_bridge(house: House, code: str) -> Row:
    """One campaign with its slots. Raises BRIDGE_NOT_FOUND."""
    return await house.read(lambda keepers: known_bridge(keepers, code))


async def bridge_progress(house: House, code: str) -> Row:
    """How many players have each key, and how many have 1, 2, 3, … of them."""

    async def work(keepers: Services) -> Row:
        campaign = await known_bridge(keepers, code)
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
    return await house.snapshot(lambda keepers: settlement_view(keepers, code, house.clock.now()))
