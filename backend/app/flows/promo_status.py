"""A campaign as a player sees it. Reads user_profiles, promo_campaigns, promo_claims."""

from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand
from app.services import House, Services
from app.services.player_state import Wanted


async def promo_status(house: House, query: PlayerCommand, code: str) -> dict[str, Any]:
    """When the campaign opens, what it gives, how many are left, and whether the player has one. Pays nothing.

    Raises PROMO_NOT_FOUND, also for a campaign of another host's players.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> dict[str, Any]:
        player = await allowed_player(keepers, query, Wanted())
        # every name of ours is ASCII, and MariaDB refuses to compare such a column with anything else
        counter = await keepers.promo.find(code) if code.isascii() else None
        if counter is None or not counter.campaign.is_open_to(player.host_id):
            raise AppError("PROMO_NOT_FOUND")
        campaign = counter.campaign
        return {
            "campaign": campaign.code,
            "title": {"ko": campaign.title_ko, "en": campaign.title_en},
            "state": campaign.state_at(now, counter.given).value,
            "opens_at": kst_text(campaign.opens_at),
            "closes_at": None if campaign.closes_at is None else kst_text(campaign.closes_at),
            "units": campaign.units,
            "left": campaign.left(counter.given),
            "rewards": [grant.view() for grant in campaign.grants],
            "is_claimed": await keepers.promo.has_claimed(campaign.id, player.id),
            "server_time": kst_text(now),
        }

    return await house.read(work)
