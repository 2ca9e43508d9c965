"""Seasons as pictures and sums: the timeline, what a player would see on a day, and what it all may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.domain.season import FREE_TRACK
from app.domain.season_config import LevelConfig, SeasonConfig

WIDTH = 1000
ROW = 44
MARGIN_DAYS = 3


@dataclass(frozen=True, slots=True)
class Span:
    """One season on the timeline."""

    row: Mapping[str, Any]
    x: float
    width: float
    y: int
    grace: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Seasons from top to bottom; `today` and the first of each month as places from the left."""

    spans: list[Span]
    today: float | None
    months: list[tuple[float, date]]
    height: int
    width: int = WIDTH


def timeline(seasons: Sequence[Mapping[str, Any]], today: date) -> Timeline | None:
    """The seasons as bars over the days; nothing when there are none."""
    if not seasons:
        return None
    first: date = min(today, *(row["start_date"] for row in seasons)) - timedelta(days=MARGIN_DAYS)
    last: date = max(today, *(row["end_date"] for row in seasons)) + timedelta(days=MARGIN_DAYS)
    days: int = (last - first).days + 1

    def place(day: date) -> float:
        return round((day - first).days * WIDTH / days, 1)

    spans = [
        Span(
            row,
            place(row["start_date"]),
            place(row["end_date"] + timedelta(days=1)) - place(row["start_date"]),
            index * ROW,
            round(row["grace_days"] * WIDTH / days, 1),
        )
        for index, row in enumerate(sorted(seasons, key=lambda row: row["start_date"], reverse=True))
    ]
    months = [(place(day), day) for n in range(days) if (day := first + timedelta(days=n)).day == 1]
    return Timeline(spans, place(today), months[-24:], len(spans) * ROW)


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the board: stamped, today, missed or coming."""

    day: date
    state: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a player sees on a day."""

    day: date
    xp: int
    level: int
    days: list[Day]
    levels: list[tuple[LevelConfig, str]]


def preview(config: SeasonConfig, day: date, stamped: frozenset[date] | None, xp: int | None) -> Preview:
    """As a player with these stamps; without them as one who stamped every day before."""
    length = (config.end_date - config.start_date).days + 1
    all_days = [config.start_date + timedelta(days=n) for n in range(length)]
    marks = frozenset(one for one in all_days if one < day) if stamped is None else stamped
    points = len(marks) * config.base_xp_per_stamp if xp is None else xp
    level = sum(one.required_xp <= points for one in config.levels)
    return Preview(
        day=day,
        xp=points,
        level=level,
        days=[Day(one, _state(one, day, marks)) for one in all_days],
        levels=[(one, _step(one, level)) for one in config.levels],
    )


def _state(one: date, day: date, marks: frozenset[date]) -> str:
    if one in marks:
        return "stamped"
    if one == day:
        return "today"
    return "missed" if one < day else "coming"


def _step(one: LevelConfig, level: int) -> str:
    if one.level > level:
        return "next" if one.level == level + 1 else "locked"
    return "paid" if one.auto_claim else "claimable"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one player who never misses a day gets of one thing, by track."""

    track: str
    reward: dict[str, Any]


def forecast(config: SeasonConfig) -> list[Cost]:
    """The most that daily stamps alone can pay one player: every level that they reach, track by track."""
    length = (config.end_date - config.start_date).days + 1
    most_xp = length * config.base_xp_per_stamp
    sums: dict[tuple[str, str, str | None, str | None], int] = {}
    for level in config.levels:
        if level.required_xp > most_xp:
            break
        for track, bundle in level.rewards.items():
            for reward in bundle:
                key = (track, reward.reward_type, reward.token_type, reward.code)
                sums[key] = sums.get(key, 0) + reward.reward_amount
    ordered = sorted(sums.items(), key=lambda item: (item[0][0] != FREE_TRACK, str(item[0])))
    return [
        Cost(track, {"reward_type": kind, "token_type": token, "code": code, "reward_amount": amount})
        for (track, kind, token, code), amount in ordered
        if kind != "NONE"
    ]
