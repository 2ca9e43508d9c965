"""The bridge between two seasons: one key a day, and what a player gets for them when the new season begins."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from app.core.time_utils import kst_midnight
from app.domain.belonging import Belonging
from app.domain.grants import Grant
from app.domain.player import PlayerState


class CampaignState(StrEnum):
    """DRAFT can be edited; OPEN collects; CLOSING collects no more and is being settled; SETTLED is over."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    CLOSING = "CLOSING"
    SETTLED = "SETTLED"


class Policy(StrEnum):
    """What too few keys are worth: nothing, or each key its points."""

    ALL_OR_NOTHING = "all_or_nothing"
    PER_KEY = "per_key"


class MissionKind(StrEnum):
    """What earns a key."""

    PLAYS = "PLAYS"
    HOST_EVENT = "HOST_EVENT"
    PRESENCE = "PRESENCE"


class Outcome(StrEnum):
    """How a player was settled."""

    PAID = "PAID"
    NOT_ENOUGH_KEYS = "NOT_ENOUGH_KEYS"
    BLOCKED = "BLOCKED"


class LevelState(StrEnum):
    """Where the level of a settlement stands. PENDING waits for the new season."""

    NONE = "NONE"
    PENDING = "PENDING"
    PAID = "PAID"
    MAX_LEVEL = "MAX_LEVEL"
    BLOCKED = "BLOCKED"


@dataclass(frozen=True, slots=True)
class Mission:
    """What a day asks for: `plays` of each of `games`, one event of a host, or being there from an hour on (KST)."""

    kind: MissionKind
    plays: int = 0
    games: tuple[str, ...] = ()
    host_event_type: str | None = None
    example: dict[str, Any] | None = None
    from_hour: int = 0

    @property
    def target(self) -> int:
        return self.plays * len(self.games) if self.kind is MissionKind.PLAYS else 1

    def progress(self, player: PlayerState, day: date) -> int:
        """How much of the target the player's plays of a KST day make; 0 for missions that plays don't serve."""
        return sum(min(self.plays, player.plays_on(game, day)) for game in self.games)

    def view(self) -> dict[str, Any]:
        if self.kind is MissionKind.PLAYS:
            return {"kind": self.kind, "plays": self.plays, "games": list(self.games)}
        if self.kind is MissionKind.HOST_EVENT:
            return {"kind": self.kind, "host_event": {"type": self.host_event_type, "example": self.example}}
        return {"kind": self.kind, "from_time": f"{self.from_hour:02d}:00"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One day of a campaign: its number, its KST day, its mission, and what the key gives at once."""

    day: int
    slot_date: date
    event_type: str
    mission: Mission
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Campaign(Belonging):
    """A campaign in one version. Dates are inclusive KST days; `host_id` None means the players of every host."""

    id: int
    code: str
    program: str
    host_id: int | None
    start_date: date
    end_date: date
    required_keys: int
    points_per_key: int
    policy: Policy
    settles_at: datetime
    target_season_id: int | None
    state: CampaignState
    version: int
    slots: tuple[Slot, ...]

    def slot_on(self, day: date) -> Slot | None:
        """The slot of a KST day; None on any other day."""
        return next((slot for slot in self.slots if slot.slot_date == day), None)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the last day: when the new season begins."""
        return kst_midnight(self.end_date + timedelta(days=1))

    def operation_id(self, user_id: int, item: str) -> str:
        """The permanent cause of what a player gets out of this campaign."""
        return f"BRIDGE:{self.code}:{user_id}:{item}"


@dataclass(frozen=True, slots=True)
class Payout:
    """What a player is due."""

    outcome: Outcome
    points: int
    earns_level: bool


def payout(campaign: Campaign, player: PlayerState) -> Payout:
    """What the player's keys are worth now. Blocked players collect, but are not paid."""
    if player.is_blocked:
        return Payout(Outcome.BLOCKED, 0, earns_level=False)
    has_all = player.event_key_count >= campaign.required_keys
    if not has_all and campaign.policy is Policy.ALL_OR_NOTHING:
        return Payout(Outcome.NOT_ENOUGH_KEYS, 0, earns_level=False)
    return Payout(Outcome.PAID, player.event_pending_points, earns_level=has_all)


def countdown(now: datetime, until: datetime) -> str:
    """`HHH:MM:SS` until an instant, never negative."""
    seconds = max(0, int((until - now).total_seconds()))
    return f"{seconds // 3600:03d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
