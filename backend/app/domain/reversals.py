"""Reversals: which rewards belong to what was lost, and what waits for a person. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.season import XpSource


class ReviewKind(StrEnum):
    """What a reversal does not take back by itself."""

    RANK = "RANK"
    TEAM_RANK = "TEAM_RANK"
    PREMIUM = "PREMIUM"
    BRIDGE = "BRIDGE"


class ReviewState(StrEnum):
    """OPEN until a person decides: TAKEN, the rewards were taken back, or KEPT."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    KEPT = "KEPT"


@dataclass(frozen=True, slots=True)
class Review:
    """Rewards of a player that a reversal of an event touches and a person must decide about."""

    user_id: int
    kind: ReviewKind
    operation_id: str
    event_key: str
    facts: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EventMemory:
    """What an event that was taken left to be taken back. `marks`: [slot, value before, after] by rule id as text."""

    key: str
    type: str
    time: datetime
    received_at: datetime
    marks: dict[str, list[tuple[str, int | None, int]]]


@dataclass(frozen=True, slots=True)
class GivenXp:
    """XP that an operation gave, as the ledger says."""

    season_id: int
    delta: int
    source: XpSource
    is_earned: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GivenStamp:
    """A stamp as the log says."""

    season_id: int
    period_key: str
    event_type: str
    stamp_date: Any
    stamp_count: int
    xp_earned: int


def belongs_to(operation_id: str, cause: str, *, continued: str = "#~") -> bool:
    """True when the operation is the cause itself, one of its bundle (`#n`) or one that was earned again (`~n`).

    `continued` names the signs that may stand behind the cause; `:` takes in everything below it.
    """
    rest = operation_id.removeprefix(cause)
    return operation_id.startswith(cause) and (not rest or rest[0] in continued)


def those_of(operation_ids: Iterable[str], cause: str, *, continued: str = "#~") -> list[str]:
    """The operations that belong to a cause, in order."""
    return sorted(one for one in operation_ids if belongs_to(one, cause, continued=continued))
