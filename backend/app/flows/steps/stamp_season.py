"""Adding a stamp: the mark, its XP, the levels it opens."""

from typing import Any

from app.core.time_utils import kst_text
from app.domain.event_names import EventType, Feature
from app.domain.records import Stamp
from app.domain.season import StampSource, XpSource
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import give_xp, level_views

DAILY = "DAILY_STAMP"


def add_stamp(
    decision: Decision,
    *,
    period_key: str,
    source: StampSource,
    event_type: str,
    bonus_xp: int = 0,
    count: int = 1,
) -> dict[str, Any]:
    """Adds one stamp mark worth base x count + bonus XP and returns the contract's stamp answer.

    The caller has checked that (player, season, period_key) does not stand yet; the unique key is the second line.
    """
    season, player = decision.known_season, decision.player
    progress = decision.changes.touch(player, season.id)
    xp = season.base_xp_per_stamp * count + bonus_xp
    operation_id = f"STAMP:{season.id}:{player.id}:{period_key}"
    progress.total_stamps += count
    if source is StampSource.DAILY:
        progress.last_stamp_date = decision.today
    decision.changes.stamps.append(
        Stamp(player.id, season.id, period_key, source, event_type, decision.today, count, xp, decision.now)
    )
    facts = {"period_key": period_key, "xp_earned": xp, "stamp_event": event_type}
    decision.log(EventType.SEASON_PASS_STAMP, Feature.SEASON_PASS, operation_id, **facts)
    reached = []
    if xp > 0:
        reached = give_xp(decision, xp, operation_id=operation_id, source=XpSource.STAMP, is_earned=True)
    return {
        "added_stamp": count,
        "xp_added": xp,
        "current_level": progress.current_level,
        "current_xp": progress.current_xp,
        "leveled_up": bool(reached),
        "rewards": level_views(reached, kst_text(decision.now)),
    }


def count_win(decision: Decision) -> dict[str, Any] | None:
    """Counts an internal win; the one that reaches the season's threshold gives a stamp, once. 0 = no threshold."""
    season = decision.season
    if season is None or season.internal_win_threshold == 0:
        return None
    progress = decision.changes.touch(decision.player, season.id)
    progress.internal_wins += 1
    if progress.internal_wins != season.internal_win_threshold:
        return None
    key = f"INTERNAL_WIN_{season.internal_win_threshold}"
    return add_stamp(decision, period_key=key, source=StampSource.INTERNAL_WIN, event_type=key)
