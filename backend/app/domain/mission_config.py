"""A mission as an operator sets it: checked whole, before anything of it is stored."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from app.domain.config_fields import MAX_AMOUNT, Code, Day, Label, StrictModel
from app.domain.metrics import MISSION, MetricName
from app.domain.season_config import Bundle
from app.domain.spans import Span

MAX_REQUIRED = 10
# claiming pays every open completion in one transaction
MAX_REPEATS = 100
# claims look back this many days for what is still open
MAX_CLAIM_DAYS = 31
SPANS = {"DAILY": Span.DAY, "WEEKLY": Span.WEEK, "SEASON": Span.SEASON, "ONCE": Span.ALL}


class MissionConfig(StrictModel):
    """A whole mission: count `target` of `metric` within the period. Dates are inclusive KST days.

    A mission that is `ONCE` is an achievement. `is_hidden`: players see it only when they have completed it.
    """

    code: Code
    title_ko: Label
    title_en: Label
    hint_ko: Label | None = None
    hint_en: Label | None = None
    host: str | None = Field(default=None, min_length=1, max_length=50)
    period: Literal["DAILY", "WEEKLY", "SEASON", "ONCE"]
    metric: MetricName
    target: int = Field(ge=1, le=MAX_AMOUNT)
    repeat_max: int = Field(default=1, ge=1, le=MAX_REPEATS, description="completions within one period")
    claim: Literal["AUTO", "MANUAL"] = "AUTO"
    claim_days: int = Field(
        default=7, ge=0, le=MAX_CLAIM_DAYS, description="how long after its period it can be claimed"
    )
    requires: tuple[Code, ...] = Field(
        default=(), max_length=MAX_REQUIRED, strict=False, description="missions to complete first"
    )
    rewards: Bundle = ()
    starts_on: Day | None = None
    ends_on: Day | None = None
    is_hidden: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on")
        if self.code in self.requires:
            raise ValueError("requires: a mission can't require itself")
        if len(set(self.requires)) != len(self.requires):
            raise ValueError("requires: each mission once")
        if any(reward.reward_type == "NONE" for reward in self.rewards):
            raise ValueError("rewards: each gives something; none at all is an empty list")
        if self.target * self.repeat_max > MAX_AMOUNT:
            raise ValueError(f"target x repeat_max is at most {MAX_AMOUNT}")
        return self

    @property
    def span(self) -> Span:
        return SPANS[self.period]

    @property
    def counts_missions(self) -> bool:
        """True when completing other missions is what it counts; its own completion is counted by none."""
        return self.metric == MISSION

    def view(self) -> dict[str, Any]:
        """The mission as plain JSON values."""
        return self.model_dump(mode="json", include=set(MissionConfig.model_fields))
