"""A season as an operator sets it: checked whole, before anything of it is stored."""

import re
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from app.core.errors import AppError
from app.domain.config_fields import MAX_AMOUNT, Code, Label, RewardFields, StrictModel
from app.domain.rule_book import DEFAULT_PROGRAM

MAX_LEVELS = 200
MAX_GRACE_DAYS = 90
# far from the ends of the calendar, so that adding the grace period to any date stays a date
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2099, 12, 31)


def _from_text(value: object) -> object:
    """The day that a text names. Only YYYY-MM-DD passes: others would take "1767225600" or "20260131" as well."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(value)


Day = Annotated[date, Field(ge=EARLIEST_DAY, le=LATEST_DAY), BeforeValidator(_from_text)]
Program = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Bundle = Annotated[tuple[RewardFields, ...], Field(max_length=20, strict=False)]


class LevelConfig(StrictModel):
    """One level: its threshold, its words, and what each track gets. A bundle is a list of rewards."""

    level: int = Field(ge=1, le=MAX_LEVELS)
    required_xp: int = Field(ge=1, le=MAX_AMOUNT)
    label_ko: Label
    label_en: Label
    auto_claim: bool
    rewards: dict[Code, Bundle] = Field(default_factory=dict, max_length=5)


class SeasonConfig(StrictModel):
    """A whole season. Dates are inclusive KST days; levels are 1..max without gaps and rise strictly."""

    season_name: Label
    program: Program = DEFAULT_PROGRAM
    start_date: Day
    end_date: Day
    base_xp_per_stamp: int = Field(ge=0, le=1_000_000)
    grace_days: int = Field(default=7, ge=0, le=MAX_GRACE_DAYS)
    internal_win_threshold: int = Field(default=50, ge=0, le=1_000_000)
    stamp_on_play: bool = False
    max_level: int | None = Field(default=None, ge=1, le=MAX_LEVELS)
    levels: tuple[LevelConfig, ...] = Field(min_length=1, max_length=MAX_LEVELS, strict=False)

    @field_validator("levels")
    @classmethod
    def _rises_without_gaps(cls, levels: tuple[LevelConfig, ...]) -> tuple[LevelConfig, ...]:
        for number, level in enumerate(levels, start=1):
            if level.level != number:
                raise ValueError(f"levels must be 1, 2, 3, … in order: number {number} is missing or misplaced")
            if number > 1 and level.required_xp <= levels[number - 2].required_xp:
                raise ValueError(f"level {number}: required_xp must be above that of level {number - 1}")
        return levels

    @model_validator(mode="after")
    def _says_how_many_levels(self) -> Self:
        if self.max_level is not None and self.max_level != len(self.levels):
            raise ValueError("max_level must be the number of levels")
        return self

    def require_dates_in_order(self) -> None:
        """Returns when the season has at least one day; raises INVALID_SEASON_DATES otherwise."""
        if self.end_date < self.start_date:
            raise AppError("INVALID_SEASON_DATES", start_date=str(self.start_date), end_date=str(self.end_date))

    def view(self) -> dict[str, Any]:
        """The season as plain JSON values."""
        shown = self.model_dump(mode="json", include=set(SeasonConfig.model_fields), exclude_none=True)
        return shown | {"max_level": len(self.levels)}
