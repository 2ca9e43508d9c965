"""A bridge campaign as an operator sets it: checked whole, before anything of it is stored."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.core.time_utils import kst_midnight
from app.domain.bridge import Mission, MissionKind, Slot
from app.domain.config_fields import MAX_AMOUNT, Code, Day, Document, Label, Moment, RewardFields, StrictModel
from app.domain.grants import grant_from
from app.domain.player import DEFAULT_PROGRAM
from app.domain.season_config import Program

MAX_SLOTS = 31
# being there counts in the evening: a key that any request of the day earned would be no mission
EARLIEST_PRESENCE_HOUR = 18
DEFAULT_POINTS = 5_000
# what a campaign gives and asks for: acts on it tell these whole, and reconcile compares
TOLD_PARTS = ("required_keys", "points_per_key", "policy", "slots")

EventCode = Annotated[str, StringConstraints(pattern=r"^KEY_DAY_[A-Z0-9_]{1,42}$")]
HostEventType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class PlaysMission(StrictModel):
    """`plays` plays of each of `games` on the day."""

    kind: Literal["PLAYS"]
    plays: int = Field(ge=1, le=1_000)
    games: tuple[Code, ...] = Field(min_length=1, max_length=20, strict=False)


class HostEventMission(StrictModel):
    """One event of this type from the player's host, on the day. `example` is shown to whoever builds the host."""

    kind: Literal["HOST_EVENT"]
    host_event_type: HostEventType
    example: Document = Field(default_factory=dict, max_length=20)


class PresenceMission(StrictModel):
    """Any signed-in request at or after this hour (KST)."""

    kind: Literal["PRESENCE"]
    from_hour: int = Field(ge=EARLIEST_PRESENCE_HOUR, le=23)


AnyMission = Annotated[PlaysMission | HostEventMission | PresenceMission, Field(discriminator="kind")]


class SlotConfig(StrictModel):
    """One day."""

    event_type: EventCode
    mission: AnyMission
    rewards: tuple[RewardFields, ...] = Field(default=(), max_length=10, strict=False)


class BridgeConfig(StrictModel):
    """A whole campaign: slot n is the n-th day from `start_date`. Settled at `settles_at`, after the last day."""

    code: Code
    name: Label
    program: Program = DEFAULT_PROGRAM
    host: str | None = Field(default=None, min_length=1, max_length=50)
    start_date: Day
    required_keys: int = Field(ge=1, le=MAX_SLOTS)
    points_per_key: int = Field(default=DEFAULT_POINTS, ge=0, le=MAX_AMOUNT)
    policy: Literal["all_or_nothing", "per_key"] = "all_or_nothing"
    settles_at: Moment
    target_season_id: int | None = Field(default=None, ge=1, le=2**31 - 1)
    slots: tuple[SlotConfig, ...] = Field(min_length=1, max_length=MAX_SLOTS, strict=False)

    @property
    def end_date(self) -> date:
        return self.start_date + timedelta(days=len(self.slots) - 1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.required_keys > len(self.slots):
            raise ValueError("required_keys is more than there are slots")
        if len({slot.event_type for slot in self.slots}) != len(self.slots):
            raise ValueError("each slot has an event_type of its own")
        if not self.ends_at <= self.settles_at <= self.ends_at + timedelta(days=30):
            raise ValueError("settles_at lies within 30 days after the last slot's day")
        return self

    @property
    def ends_at(self) -> datetime:
        return kst_midnight(self.end_date + timedelta(days=1))

    def dated_slots(self) -> Iterator[tuple[int, date, SlotConfig]]:
        """(day number from 1, its KST day, the slot) of each."""
        for index, slot in enumerate(self.slots):
            yield index + 1, self.start_date + timedelta(days=index), slot


def mission_from(document: Mapping[str, Any]) -> Mission:
    """A Mission out of its stored document, which was validated when it was saved."""
    return Mission(
        kind=MissionKind(document["kind"]),
        plays=int(document.get("plays", 0)),
        games=tuple(document.get("games", ())),
        host_event_type=document.get("host_event_type"),
        example=document.get("example"),
        from_hour=int(document.get("from_hour", 0)),
    )


def slot_from(day: int, slot_date: date, event_type: str, mission: Mapping[str, Any], rewards: list[Any]) -> Slot:
    """A Slot out of its stored row."""
    return Slot(day, slot_date, event_type, mission_from(mission), tuple(grant_from(reward) for reward in rewards))
