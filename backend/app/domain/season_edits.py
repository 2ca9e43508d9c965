"""What an operator may still change on a season that players are in: nothing that somebody was promised or paid."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.promises import Problem, broken
from app.domain.season_config import LevelConfig, MilestoneConfig, SeasonConfig

REACHED = "players have reached this level: only its labels may change"


@dataclass(frozen=True, slots=True)
class SeasonUse:
    """How far players have come in a season."""

    players: int = 0
    top_level: int = 0
    top_xp: int = 0
    last_stamp_date: date | None = None
    has_counted_wins: bool = False
    top_overflow: int = 0
    top_streak: int = 0
    passes: frozenset[str] = frozenset()


def edit_problems(before: SeasonConfig, after: SeasonConfig, use: SeasonUse) -> list[Problem]:
    """Each change that would take back or double what players have, as (field, reason); none = the edit is safe.

    What they rely on stands in `promises`; what they have reached is fixed altogether.
    """
    if use.players == 0:
        return []
    found = [
        *_fixed(before, after, use),
        *_reached_levels(before, after, use),
        *_open_levels(after, use),
        *_bonuses(before, after, use),
        *_promised(before, after),
    ]
    return list({field: (field, reason) for field, reason in reversed(found)}.values())[::-1]


def _promised(before: SeasonConfig, after: SeasonConfig) -> list[Problem]:
    """What players may count on from their first day in the season on."""
    problems = broken("season", _terms(before), _terms(after))
    for index, (level, kept) in enumerate(zip(before.levels, after.levels, strict=False)):
        problems += broken("season.level", level, kept, at=f"levels.{index}.")
    if before.overflow and after.overflow:
        problems += broken("season.overflow", before.overflow, after.overflow, at="overflow.")
    if before.streak and after.streak:
        problems += broken("season.streak", before.streak, after.streak, at="streak.")
    return problems


def _terms(config: SeasonConfig) -> dict[str, object]:
    return vars(config) | {"last_claim_day": config.end_date + timedelta(days=config.grace_days)}


def _fixed(before: SeasonConfig, after: SeasonConfig, use: SeasonUse) -> list[Problem]:
    problems = []
    if use.last_stamp_date is not None and after.end_date < use.last_stamp_date:
        problems.append(("end_date", f"players have stamped until {use.last_stamp_date}"))
    if use.has_counted_wins and after.internal_win_threshold != before.internal_win_threshold:
        # each threshold has its own once-key: a new one would stamp again for wins that have been rewarded
        problems.append(("internal_win_threshold", "players' wins are being counted: the threshold is fixed"))
    return problems


def _reached_levels(before: SeasonConfig, after: SeasonConfig, use: SeasonUse) -> list[Problem]:
    problems = []
    for index, level in enumerate(before.levels[: use.top_level]):
        if index >= len(after.levels):
            problems.append(("levels", f"players have reached level {level.level}: it can't be removed"))
            break
        kept = after.levels[index]
        problems += [
            (f"levels.{index}.{name}", REACHED)
            for name in ("required_xp", "auto_claim", "rewards")
            if _promise(kept, name) != _promise(level, name)
        ]
    return problems


def _promise(level: LevelConfig, name: str) -> object:
    """A part of a level, with empty bundles left out: they promise nothing."""
    if name == "rewards":
        return {track: bundle for track, bundle in level.rewards.items() if bundle}
    return getattr(level, name)


def _open_levels(after: SeasonConfig, use: SeasonUse) -> list[Problem]:
    """A level that nobody has reached must need more XP than anyone has, or it would be reached without being paid."""
    return [
        (f"levels.{index}.required_xp", f"players have {use.top_xp} XP already: it must be above that")
        for index, level in enumerate(after.levels)
        if index >= use.top_level and level.required_xp <= use.top_xp
    ]


def _bonuses(before: SeasonConfig, after: SeasonConfig, use: SeasonUse) -> list[Problem]:
    """Bonuses are paid by number: what gives each number its meaning stays once somebody was paid one."""
    problems = []
    if use.top_overflow > 0:
        if before.overflow and after.overflow and before.overflow.every_xp != after.overflow.every_xp:
            problems.append(("overflow.every_xp", "players were paid overflow bonuses: their distance is fixed"))
        if len(after.levels) != len(before.levels):
            problems.append(("levels", "players were paid overflow bonuses: the last level is fixed"))
    if _reached_milestones(before, use) != _reached_milestones(after, use):
        problems.append(("streak.milestones", f"players have had streaks of {use.top_streak}: those up to it stay"))
    sold = {track for level in before.levels for track, bundle in level.rewards.items() if bundle} & use.passes
    kept = {track for level in after.levels for track, bundle in level.rewards.items() if bundle}
    problems += [("levels", f"players own the pass {track}: it must give something") for track in sorted(sold - kept)]
    return problems


def _reached_milestones(config: SeasonConfig, use: SeasonUse) -> list[MilestoneConfig]:
    milestones = config.streak.milestones if config.streak else ()
    return [milestone for milestone in milestones if milestone.days <= use.top_streak]
