"""What a season may have beyond levels: overflow bonuses, streaks, a daily XP cap. `today` is always a KST day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.domain.grants import Grant

# parts of operation ids beside a track's name: SEASON:<season>:<player>:OVERFLOW:<n>
OVERFLOW, STREAK = "OVERFLOW", "STREAK"


@dataclass(frozen=True, slots=True)
class Overflow:
    """A bonus for every `every_xp` XP past the last level, at most `max_times` a player."""

    every_xp: int
    max_times: int
    grants: tuple[Grant, ...]

    def bonuses_at(self, xp_past_last_level: int) -> int:
        """How many bonuses this much XP is worth in all."""
        return min(self.max_times, max(0, xp_past_last_level) // self.every_xp)


@dataclass(frozen=True, slots=True)
class Milestone:
    """What reaching a streak of `days` gives, once a season."""

    days: int
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class StreakRules:
    """How consecutive days count. A paused day (an outage) may be missed for nothing, by everybody."""

    freezes_at_start: int = 0
    freeze_every_days: int = 0
    freeze_cap: int = 0
    paused_days: frozenset[date] = frozenset()
    milestones: tuple[Milestone, ...] = ()

    def missed_between(self, last: date, today: date) -> int:
        """How many days behind `last` and before `today` had no stamp and no pause."""
        paused = sum(last < day < today for day in self.paused_days)
        return max(0, (today - last).days - 1 - paused)


@dataclass(slots=True)
class Counters:
    """A player's counts in a season that has options. Changed in place under the player's row lock.

    `earned_xp` and `play_stamps` are of the KST day in which `counted_since` lies; `streak_on` is the last KST day
    that the streak covers.
    """

    user_id: int
    season_id: int
    counted_since: datetime
    earned_xp: int = 0
    play_stamps: int = 0
    overflow_bonuses: int = 0
    streak_days: int = 0
    streak_best: int = 0
    streak_freezes: int = 0
    streak_on: date | None = None


@dataclass(frozen=True, slots=True)
class StreakStep:
    """What one stamp did to a streak."""

    freezes_used: int = 0
    was_broken: bool = False
    milestones: list[Milestone] = field(default_factory=list)


def advance_streak(rules: StreakRules, counters: Counters, today: date) -> StreakStep:
    """Counts today's stamp in place: missed days take banked freezes; too few of them, and it begins anew at 1."""
    used, was_broken = 0, False
    if counters.streak_on is not None and counters.streak_on >= today:
        return StreakStep(0, was_broken, [])  # a restored streak covers this day already
    if counters.streak_on is None:
        counters.streak_freezes = min(rules.freezes_at_start, rules.freeze_cap)
        days = 1
    else:
        missed = rules.missed_between(counters.streak_on, today)
        was_broken = missed > counters.streak_freezes
        used = 0 if was_broken else missed
        days = 1 if was_broken else counters.streak_days + 1
    counters.streak_freezes -= used
    if rules.freeze_every_days and days % rules.freeze_every_days == 0:
        counters.streak_freezes = max(counters.streak_freezes, min(rules.freeze_cap, counters.streak_freezes + 1))
    return StreakStep(used, was_broken, set_streak(rules, counters, days, today))


def mend_streak(rules: StreakRules, counters: Counters, stamped: Iterable[date]) -> None:
    """Counts a streak in place as it stands under these rules: a day that was paused later broke nothing.

    `stamped` are the days of the daily stamps. It never takes days or freezes away, so what support restored stays;
    milestones that are reached by it are paid with the next stamp.
    """
    if counters.streak_on is None:
        return
    again = Counters(counters.user_id, counters.season_id, counters.counted_since)
    for day in sorted(day for day in stamped if day <= counters.streak_on):
        advance_streak(rules, again, day)
    if again.streak_on != counters.streak_on or again.streak_days < counters.streak_days:
        return
    is_longer = again.streak_days > counters.streak_days
    counters.streak_days = again.streak_days
    counters.streak_freezes = again.streak_freezes if is_longer else max(again.streak_freezes, counters.streak_freezes)


def set_streak(rules: StreakRules, counters: Counters, days: int, on: date) -> list[Milestone]:
    """Makes the streak `days` long, covering `on`; returns the milestones that no earlier streak had reached."""
    reached = [milestone for milestone in rules.milestones if counters.streak_best < milestone.days <= days]
    counters.streak_days, counters.streak_on = days, on
    counters.streak_best = max(counters.streak_best, days)
    return reached


def streak_now(rules: StreakRules, counters: Counters, today: date) -> int:
    """The streak that a stamp of today could still continue; 0 once too many days were missed."""
    if counters.streak_on is None or rules.missed_between(counters.streak_on, today) > counters.streak_freezes:
        return 0
    return counters.streak_days


def restored_through(today: date, *, is_stamped: bool) -> date:
    """The last day that a restored streak covers: yesterday, so that today's stamp still counts, unless it has."""
    return today if is_stamped else today - timedelta(days=1)
