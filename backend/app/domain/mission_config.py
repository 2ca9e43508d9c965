"""A mission as an operator sets it: checked whole, before anything of it is stored."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from app.domain.config_fields import MAX_AMOUNT, Code, Day, Label, StrictModel
from app.domain.metrics import MISSION, MetricName, is_known
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


def reference_problems(
    config: MissionConfig,
    *,
    requires: Mapping[str, Collection[str]],
    badges: Collection[str],
    games: Collection[str],
) -> Iterator[tuple[str, str]]:
    """(field, reason) of everything the mission names that isn't there.

    `requires` says of each other mission which ones it requires: a circle could never be begun.
    """
    if not is_known(config.metric, games):
        yield "metric", "the service counts no such metric; hosts' metrics begin with a small letter"
    for number, code in enumerate(config.requires):
        if code not in requires:
            yield f"requires.{number}", "no such mission"
        elif config.code in _needed_for(code, requires):
            yield f"requires.{number}", "a circle: this one requires the mission itself"
    for number, reward in enumerate(config.rewards):
        if reward.reward_type == "BADGE" and reward.code not in badges:
            yield f"rewards.{number}.code", "no such badge"


def _needed_for(code: str, requires: Mapping[str, Collection[str]]) -> set[str]:
    """Every mission that must be completed before this one, at any depth."""
    found: set[str] = set()
    waiting = [code]
    while waiting:
        new = set(requires.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return found
