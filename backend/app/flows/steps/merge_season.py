"""What two accounts did in one season, as one player's: marks, XP, levels, premium, streaks. Nothing is paid twice."""

from dataclasses import replace
from datetime import date

from app.domain.player import PlayerState
from app.domain.records import Stamp
from app.domain.season import FREE_TRACK, Progress, StampSource, XpSource
from app.domain.season_options import Counters
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import give_xp
from app.flows.steps.premium import grant_premium
from app.services.merge_service import Account, StampMark


def merge_season(
    decision: Decision, source: PlayerState, accounts: tuple[Account, Account], twice: set[str]
) -> dict[str, int]:
    """Adds the source's season to the decision's player; returns what that changed, in figures.

    `twice` are the source's operations for causes that both had: their XP don't count again. The target never has less
    XP than either had, so that no level that was paid is above theirs.
    """
    season, target = decision.known_season, decision.player
    theirs = source.progress_in(season.id)
    own = decision.changes.touch(target, season.id)
    level_before = own.current_level
    stamps = _copy_stamps(decision, own, accounts)
    _copy_claims(decision, own, accounts)
    _join_counters(decision, theirs, own)
    own.internal_wins = _joined_wins(season.internal_win_threshold, own.internal_wins, theirs.internal_wins)
    counted_twice = sum(delta for op, (at, delta) in accounts[0].xp.items() if at == season.id and op in twice)
    xp = max(theirs.current_xp - counted_twice, theirs.current_xp - own.current_xp, 0)
    if xp:
        operation_id = f"MERGE:{source.id}:XP:{season.id}"
        give_xp(decision, xp, operation_id=operation_id, source=XpSource.MERGE, is_earned=False)
    _copy_passes(decision, own, accounts)
    return {
        "season_id": season.id,
        "xp": xp,
        "xp_counted_once": theirs.current_xp - xp,
        "stamps": stamps,
        "level_before": level_before,
        "level_after": own.current_level,
    }


def _copy_stamps(decision: Decision, own: Progress, accounts: tuple[Account, Account]) -> int:
    """Marks what the source had stamped and the target had not, so that it can't be stamped again."""

    def here(account: Account) -> dict[str, StampMark]:
        return {mark.period_key: mark for mark in account.stamps if mark.season_id == own.season_id}

    have, copied = here(accounts[1]), 0
    for key, mark in here(accounts[0]).items():
        if key in have:
            continue
        decision.changes.stamps.append(
            Stamp(decision.player.id, own.season_id, key, StampSource.MERGE, mark.event_type, mark.day, mark.count, 0,
                  decision.now)
        )  # fmt: skip
        own.total_stamps += mark.count
        copied += mark.count
        if key == mark.day.isoformat() and (own.last_stamp_date is None or mark.day > own.last_stamp_date):
            own.last_stamp_date = mark.day
    return copied


def _copy_claims(decision: Decision, own: Progress, accounts: tuple[Account, Account]) -> None:
    for claim in accounts[0].claims:
        if claim.season_id == own.season_id and (claim.track, claim.level) not in own.claimed:
            own.claimed.add((claim.track, claim.level))
            decision.changes.claims.append(replace(claim, user_id=decision.player.id))


def _copy_passes(decision: Decision, own: Progress, accounts: tuple[Account, Account]) -> None:
    """The target owns each track that the source owned. One that ended stays ended, and known."""
    known = {one.track for one in accounts[1].passes if one.season_id == own.season_id}
    for one in accounts[0].passes:
        if one.season_id != own.season_id:
            continue
        if one.revoked_at is None and one.track in decision.known_season.premium_tracks:
            grant_premium(decision, one.track)
        elif one.track not in known and one.track != FREE_TRACK:
            key = (decision.player.id, own.season_id, one.track)
            decision.changes.passes[key] = replace(
                one, user_id=decision.player.id, revoked_at=one.revoked_at or decision.now
            )


def _join_counters(decision: Decision, theirs: Progress, own: Progress) -> None:
    """The longer streak goes on; what is counted of the day stays what the target did."""
    if theirs.counters is None:
        return
    mine = own.counters or Counters(decision.player.id, own.season_id, decision.now)
    later = max((mine, theirs.counters), key=lambda counters: (counters.streak_on or date.min, counters.streak_days))
    own.counters = replace(
        mine,
        overflow_bonuses=mine.overflow_bonuses + theirs.counters.overflow_bonuses,
        streak_days=later.streak_days,
        streak_on=later.streak_on,
        streak_freezes=max(mine.streak_freezes, theirs.counters.streak_freezes),
        streak_best=max(mine.streak_best, theirs.counters.streak_best),
    )


def _joined_wins(threshold: int, own: int, theirs: int) -> int:
    """The wins of both. Where together they reach what neither had, the next win reaches it, and is paid."""
    together = own + theirs
    is_reached = threshold == 0 or max(own, theirs) >= threshold
    return together if is_reached else min(together, threshold - 1)
