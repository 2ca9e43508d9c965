"""What players rely on once they have begun, kind by kind: the one place that says it.

A row names a field and how it may still change: never, or only for the better. An edit that breaks a row is refused
with PROMISE_WITHDRAWN, which names the field, the loss and how many players it would hit. What no row names (words,
switches of their own) is in `PROMISES_NOTHING`; a test walks both, so that a new field is decided on.

Stopping a whole thing (a season, mission, leaderboard, contest, campaign of codes, mailing) is an emergency's way out:
it is done when the operator names how many players lose by it (`players_who_lose`), and is audited with that number.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.core.errors import AppError
from app.domain.config_fields import RewardFields
from app.domain.grants import Grant
from app.domain.losses_ko import korean
from app.domain.spans import Span, last_day_of, span_key

Problem = tuple[str, str]
Kept = Callable[[Any, Any], bool]
# an end that was never announced is announced so long ahead, where nothing else says how long a player needs
NOTICE = timedelta(days=30)


def fixed(before: Any, after: Any) -> bool:
    """It stays as it is."""
    return bool(before == after)


def not_lower(before: Any, after: Any) -> bool:
    """It may grow; None is without limit, and never ends."""
    return after is None or (before is not None and after >= before)


def not_higher(before: Any, after: Any) -> bool:
    """It may sink; None is from the beginning."""
    return after is None or (before is not None and after <= before)


def not_rarer(before: int, after: int) -> bool:
    """Every so many; 0 is never."""
    return before == 0 or 0 < after <= before


def stays_on(before: bool, after: bool) -> bool:
    """What was given may not be switched off."""
    return after or not before


def stays_off(before: bool, after: bool) -> bool:
    """A hurdle may go, and none may come."""
    return before or not after


def only_grows(before: Iterable[Any], after: Iterable[Any]) -> bool:
    """Everything that stood still stands."""
    return set(before) <= set(after)


def only_shrinks(before: Iterable[Any], after: Iterable[Any]) -> bool:
    """Nothing comes."""
    return set(after) <= set(before)


def paid_by_itself(before: str, after: str) -> bool:
    """AUTO stays AUTO."""
    return before != "AUTO" or after == "AUTO"


def open_to_all_before(before: Any, after: Any) -> bool:
    """One host may become all, and nothing else."""
    return after is None or before == after


def covers(before: Iterable[Any], after: Iterable[Any]) -> bool:
    """At least as much of everything, and nothing of it waits for an approval that did not."""
    old, new = _sums(before), _sums(after)
    is_as_much = all(new[0][name] >= amount for name, amount in old[0].items())
    return is_as_much and not (new[1] - old[1]) & set(old[0])


def ranks_covered(before: Iterable[Any], after: Iterable[Any]) -> bool:
    """Every rank gets at least what it was promised."""
    lines = tuple(after)
    edges = {edge for line in lines for edge in (line.from_rank, line.to_rank + 1)}
    return all(
        covers(old.rewards, next((new.rewards for new in lines if new.from_rank <= rank <= new.to_rank), ()))
        for old in before
        for rank in {old.from_rank, *edges}
        if old.from_rank <= rank <= old.to_rank
    )


def _sums(rewards: Iterable[Any]) -> tuple[Counter[Any], set[Any]]:
    amounts: Counter[Any] = Counter()
    waiting = set()
    for reward in rewards:
        grant: Grant = reward.grant() if isinstance(reward, RewardFields) else reward
        name = (grant.reward_type, grant.token_type, grant.code)
        amounts[name] += grant.amount
        waiting |= {name} if grant.needs_approval else set()
    return amounts, waiting


@dataclass(frozen=True, slots=True)
class Promise:
    """One field of a kind: how it may change once players have begun, and what they would lose otherwise."""

    kind: str
    field: str
    is_kept: Kept
    loss: str


def _rows(kind: str, rows: Mapping[str, tuple[Kept, str]]) -> tuple[Promise, ...]:
    return tuple(Promise(kind, field, kept, loss) for field, (kept, loss) in rows.items())


def _milestones_kept(before: Iterable[Any], after: Iterable[Any]) -> bool:
    """Whether each milestone has one of its own after the edit, no later and worth no less."""
    free = sorted(after, key=lambda new: -new.days)
    for one in sorted(before, key=lambda old: old.days):
        kept = next((new for new in free if new.days <= one.days and covers(one.rewards, new.rewards)), None)
        if kept is None:
            return False
        free.remove(kept)
    return True


PROMISES: tuple[Promise, ...] = (
    # begun: somebody has progress in it
    *_rows("season", {
        "program": (fixed, "players are in this season: its program is fixed"),
        "start_date": (fixed, "players are in this season: its first day is fixed"),
        "end_date": (not_lower, "days on which players may still stamp and level"),
        "last_claim_day": (not_lower, "days on which open levels can still be claimed"),
        "base_xp_per_stamp": (not_lower, "XP of each stamp"),
        "internal_win_threshold": (not_rarer, "the stamp for wins that players are counting towards"),
        "stamp_on_play": (stays_on, "the stamp of each play"),
        "play_stamps_per_day": (not_lower, "stamps of plays within a day"),
        "daily_xp_cap": (not_lower, "XP that can be earned within a day"),
        "overflow": (lambda before, after: before is None or after is not None, "the bonus past the last level"),
        "streak": (lambda before, after: before is None or after is not None, "streaks and their milestones"),
        "levels": (lambda before, after: len(after) >= len(before), "levels that players are on their way to"),
    }),
    *_rows("season.level", {
        "required_xp": (not_higher, "the threshold that players are on their way to"),
        "auto_claim": (stays_on, "that the level is paid by itself"),
        "rewards": (lambda before, after: all(covers(b, after.get(t, ())) for t, b in before.items()),
                    "rewards that players are on their way to"),
    }),
    *_rows("season.overflow", {
        "every_xp": (not_higher, "the distance between bonuses"),
        "max_times": (not_lower, "bonuses"),
        "rewards": (covers, "what each bonus gives"),
    }),
    *_rows("season.streak", {
        "freezes_at_start": (not_lower, "freezes"),
        "freeze_every_days": (not_rarer, "freezes"),
        "freeze_cap": (not_lower, "freezes"),
        "paused_days": (only_grows, "days that could be missed for nothing"),
        "milestones": (_milestones_kept, "milestones that players are on their way to"),
    }),
    # begun: somebody has progress in it
    *_rows("mission", {
        "host": (fixed, "players have begun: make another mission"),
        "period": (fixed, "players have begun: make another mission"),
        "metric": (fixed, "players have begun: make another mission"),
        "target": (not_higher, "the target that players are on their way to"),
        "repeat_max": (not_lower, "completions that players may still reach"),
        "claim": (paid_by_itself, "that a completion is paid by itself"),
        "claim_days": (not_lower, "days on which completions can still be claimed"),
        "requires": (only_shrinks, "that the mission counts without another one"),
        "rewards": (covers, "rewards that players are on their way to"),
        "starts_on": (not_higher, "days that count"),
        "ends_on": (not_lower, "days that count"),
        "is_hidden": (stays_off, "that players see the mission they have begun"),
    }),
    # begun: somebody has a score
    *_rows("leaderboard", {
        "host": (fixed, "players have scores: make another board"),
        "window": (fixed, "players have scores: make another board"),
        "metric": (fixed, "players have scores: make another board"),
        "rank_rewards": (ranks_covered, "what the ranks were promised"),
        "starts_on": (not_higher, "days that count"),
        "ends_on": (not_lower, "days that count"),
        "close_after_minutes": (not_lower, "time in which late events of hosts count"),
        "keep_ranks": (not_lower, "ranks that are kept"),
    }),
    # begun: it is in force, or somebody is in a team
    *_rows("contest", {
        "season_id": (fixed, "players joined for it: make another contest"),
        "metric": (fixed, "players joined for it: make another contest"),
        "size_limit": (fixed, "players joined for it: make another contest"),
        "daily_cap": (fixed, "players joined for it: make another contest"),
        "join_from": (not_higher, "time in which teams can be joined"),
        "join_until": (not_lower, "time in which teams can be joined"),
        "rank_rewards": (ranks_covered, "what the ranks were promised"),
        "close_after_minutes": (not_lower, "time in which late events of hosts count"),
    }),
    # begun: it has opened, or somebody has a unit
    *_rows("promotion", {
        "host": (open_to_all_before, "that these players may take part"),
        "opens_at": (not_higher, "time in which codes can be used"),
        "closes_at": (not_lower, "time in which codes can be used"),
        "units": (not_lower, "units that were announced"),
        "rewards": (covers, "what a code gives"),
    }),
    # begun: somebody counts towards it
    *_rows("guarantee", {
        "after": (not_higher, "plays that players have counted towards the guarantee"),
        "prizes": (only_shrinks, "which prizes are guaranteed"),
    }),
)  # fmt: skip

# words, and what another rule guards
PROMISES_NOTHING: Mapping[str, frozenset[str]] = {
    # grace_days: by last_claim_day; max_level: by levels
    "season": frozenset({"season_name", "grace_days", "max_level"}),
    "season.level": frozenset({"level", "label_ko", "label_en"}),
    "season.overflow": frozenset(),
    "season.streak": frozenset(),
    "mission": frozenset({"code", "title_ko", "title_en", "hint_ko", "hint_en"}),
    "leaderboard": frozenset({"code", "title_ko", "title_en"}),
    "contest": frozenset({"code", "title_ko", "title_en"}),
    # code, kind and shared_code never change; is_open stops it: see the top
    "promotion": frozenset({"code", "title_ko", "title_en", "kind", "shared_code", "is_open"}),
    "guarantee": frozenset(),
}


def broken(kind: str, before: Any, after: Any, *, at: str = "") -> list[Problem]:
    """Each (field, loss) in which an edit of a kind that players have begun would be worse for them."""
    return [
        (at + promise.field, promise.loss)
        for promise in PROMISES
        if promise.kind == kind and not promise.is_kept(_value(before, promise.field), _value(after, promise.field))
    ]


def _value(document: Any, field: str) -> Any:
    return document[field] if isinstance(document, Mapping) else getattr(document, field)


def told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Each problem as refusals and pages say it, in both languages."""
    lines = [{"field": field, "reason": reason, "reason_ko": korean(reason)} for field, reason in problems]
    return [{name: value for name, value in line.items() if value is not None} for line in lines]


def require_kept(problems: Iterable[Problem], players: int) -> None:
    """Returns when no promise is broken; raises PROMISE_WITHDRAWN naming each field, its loss and the players."""
    lines = [line | {"players": players} for line in told(problems)]
    if lines:
        raise AppError("PROMISE_WITHDRAWN", fields=lines)


def require_loss_accepted(loss: str, players: int, accepted: int | None) -> None:
    """Returns when nobody loses, or the operator has named at least as many; raises PROMISE_WITHDRAWN otherwise."""
    if players > (accepted or 0):
        require_kept([("players_who_lose", f"{players} would lose {loss}: name the number to do it")], players)


def earliest_end(span: Span, today: date, season_end: date | None) -> date:
    """The first day on which something that had no end may end: when what players have begun now is over.

    A span of all time is never over: there an end is announced `NOTICE` ahead.
    """
    if span is Span.ALL:
        return today + NOTICE
    if span is Span.SEASON:
        return season_end or today
    return last_day_of(span_key(span, today, None) or "") or today
