"""Streaks that a day which was paused later had broken."""

from collections.abc import Mapping

from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.season_options import mend_streak
from app.services import Services


async def mend_streaks(keepers: Services, rules: RuleBook, players: Mapping[int, PlayerState]) -> None:
    """Counts the players' streaks anew, in memory, in the seasons that have paused a day which is over.

    One statement where there is such a season, none elsewhere. Read the counters with the players first.
    """
    paused = {
        season.id: season.streak
        for season in rules.seasons
        if season.streak is not None and any(day < rules.today for day in season.streak.paused_days)
    }
    begun = [
        (player.id, season_id, counters)
        for player in players.values()
        for season_id, progress in player.progress.items()
        if season_id in paused and (counters := progress.counters) is not None and counters.streak_on is not None
    ]
    if not begun:
        return
    stamped = await keepers.season_pass.daily_stamps({user_id for user_id, _, _ in begun}, paused)
    for user_id, season_id, counters in begun:
        mend_streak(paused[season_id], counters, stamped.get((user_id, season_id), ()))
