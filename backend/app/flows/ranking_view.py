"""Today's ranking as a player sees it. Reads feature_config, user_profiles, daily_ranking_entries."""

from typing import Any

from app.core.time_utils import kst_date, kst_text
from app.domain.event_names import Feature
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand
from app.services import House, Services
from app.services.player_state import Wanted

View = dict[str, Any]


async def today_ranking(house: House, query: PlayerCommand, *, top: int) -> View:
    """The first ranks of today and the player's own; empty until an operator has uploaded the day.

    Raises NO_FEATURE_TODAY, FEATURE_DISABLED and FEATURE_NOT_ACTIVE.
    """
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> View:
        rules = await keepers.rule_book.in_force([Feature.RANKING], today, locked=False)
        player = await allowed_player(keepers, query, Wanted())
        rules.require_open(Feature.RANKING)
        own = await keepers.ranking.entry_of(today, player.id)
        return {
            "date": today,
            "entries": [_entry(row) for row in await keepers.ranking.entries(today, limit=top)],
            "my_entry": None if own is None else _entry(own),
            "feature_type": Feature.RANKING.value,
            "server_time": kst_text(now),
        }

    return await house.read(work)


def _entry(row: View) -> View:
    return {"rank": row["rank_no"], "display_name": row["display_name"], "score": row["score"]}
