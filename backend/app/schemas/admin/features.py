"""Features as operators see and switch them."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from app.domain.config_fields import Day, Label
from app.schemas.admin.common import AdminBody, Instant, Listed
from app.schemas.common import Shape, Timed

FeatureType = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,29}$"), Field(examples=["ROULETTE"])]


class FeatureSwitch(AdminBody):
    """Open or stop."""

    is_enabled: bool = Field(examples=[False])


class FeatureNew(AdminBody):
    """A switch for a new product area or game."""

    feature_type: FeatureType
    title: Label = Field(examples=["룰렛"])
    is_enabled: bool = Field(examples=[True])


class FeatureSchedule(AdminBody):
    """The KST days on which QA may use the feature while FEATURE_GATE_ENABLED is on. Replaces those set before."""

    days: list[Day] = Field(max_length=366, examples=[["2025-12-09", "2025-12-10"]])


class FeatureRow(Shape):
    """One switch. Its version is the ETag that a change must name."""

    feature_type: str = Field(examples=["ROULETTE"])
    title: str = Field(examples=["룰렛"])
    is_enabled: bool
    version: int
    updated_at: Instant
    updated_by: str = Field(examples=["staff:kim@example.com"])


class FeatureLine(FeatureRow):
    """A switch in the list; `last_play_at` is the newest play that was accepted, if it is a game's."""

    last_play_at: Instant | None
    scheduled_days: list[date]


class FeatureList(Listed[FeatureLine], Timed):
    """Every switch, by name: one page."""


class FeatureChange(Shape):
    """One change of a switch."""

    id: int
    is_enabled: bool
    reason: str
    actor: str
    created_at: Instant


class ScheduledDays(Shape):
    """The schedule as it stands."""

    feature_type: str
    days: list[date]
