"""Adding a stamp: the mark, its XP, the levels it opens, and the streak it continues."""

from datetime import date
from typing import Any

from app.core.time_utils import kst_date, kst_text
from app.domain import metrics
from app.domain.event_names import EventType, Feature
from app.domain.records import Stamp
from app.domain.season import StampSource, XpSource, room_under_cap
from app.domain.season_options import STREAK, Milestone, advance_streak
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import give_xp, level_views, pay_bonus

DAILY = "DAILY_STAMP"


def add_stamp(
    decision: Decision,
    *,
    period_key: str,
    source: StampSource,
    event_type: str,
    bonus_xp: int = 0,
    count: int = 1,
    on: date | None = None,
) -> dict[str, Any]:
    """Adds one stamp mark worth base x count + bonus XP and returns the contract's stamp answer.

    Under a daily XP cap the stamp counts all the same, with the XP that is left. The caller has checked that
    (player, season, period_key) does not stand yet; the unique key is the second line. `on` is the KST day that the
    stamp is of, today unless it comes late.
    """
    season, player = decision.known_season, decision.player
    progress = decision.changes.touch(player, season.id)
    xp = season.base_xp_per_stamp * count + bonus_xp
    if season.has_options:
        xp = room_under_cap(season, progress.counted_on(decision.today, decision.now), xp)
    operation_id = f"STAMP:{season.id}:{player.id}:{period_key}"
    progress.total_stamps += count
    if source is StampSource.DAILY:
        progress.last_stamp_date = decision.today
    # those of plays have a number a day, and stand in the day that they were counted for
    at = progress.counted_at(decision.now) if source is StampSource.PLAY else decision.now
    day = on or kst_date(at)
    decision.changes.stamps.append(
        Stamp(player.id, season.id, period_key, source, event_type, day, count, xp, at)
    )  # fmt: skip
    facts = {"period_key": period_key, "xp_earned": xp, "stamp_event": event_type}
    decision.log(EventType.SEASON_PASS_STAMP, Feature.SEASON_PASS, operation_id, **facts)
    decision.count(metrics.STAMP, count)
    reached = give_xp(decision, xp, operation_id=operation_id, source=XpSource.STAMP, is_earned=True)
    streak = _continue_streak(decision) if source is StampSource.DAILY else None  # may give XP, too
    return {
        "added_stamp": count,
        "xp_added": xp,
        "current_level": progress.current_level,
        "current_xp": progress.current_xp,
        "leveled_up": bool(reached),
        "rewards": level_views(reached, kst_text(decision.now)),
        "streak": streak,
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


def stamp_play(decision: Decision, play_id: str, feature_type: str) -> dict[str, Any] | None:
    """Stamps for a play where the season says so, up to its number a day."""
    season = decision.season
    if season is None or not season.stamp_on_play:
        return None
    if season.has_options:
        counters = decision.changes.touch(decision.player, season.id).counted_on(decision.today, decision.now)
        if season.play_stamps_per_day is not None and counters.play_stamps >= season.play_stamps_per_day:
            return None
        counters.play_stamps += 1
    return add_stamp(decision, period_key=f"PLAY:{play_id}", source=StampSource.PLAY, event_type=feature_type)


def pay_milestones(decision: Decision, milestones: list[Milestone]) -> list[dict[str, Any]]:
    """Pays each milestone and tells what it gave."""
    for milestone in milestones:
        pay_bonus(decision, milestone.grants, STREAK, milestone.days)
    return [
        {"days": milestone.days, "rewards": [grant.view() for grant in milestone.grants]} for milestone in milestones
    ]


def _continue_streak(decision: Decision) -> dict[str, Any] | None:
    season = decision.known_season
    if season.streak is None:
        return None
    counters = decision.player.progress_in(season.id).counted_on(decision.today, decision.now)
    step = advance_streak(season.streak, counters, decision.today)
    if step.was_broken or step.freezes_used:
        facts = {"days": counters.streak_days, "freezes_used": step.freezes_used, "was_broken": step.was_broken}
        reference = f"SEASON:{season.id}:{decision.player.id}:{STREAK}"
        decision.log(EventType.SEASON_PASS_STREAK, Feature.SEASON_PASS, reference, **facts)
    return {
        "days": counters.streak_days,
        "freezes": counters.streak_freezes,
        "freezes_used": step.freezes_used,
        "milestones": pay_milestones(decision, step.milestones),
    }
