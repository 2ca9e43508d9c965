"""Fields that the configs of games and seasons share, with their limits and reasons."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from app.core.errors import AppError
from app.domain.entitlements import MAX_DAYS
from app.domain.grants import NEEDS_CODE, Grant, RewardType

M = TypeVar("M", bound=BaseModel)

# far above any campaign, far below 2**63: sums of a million plays still fit a BIGINT
MAX_AMOUNT = 100_000_000
# of an ENTITLEMENT the amount is its days; of a COUPON one player's codes
LARGEST = {RewardType.ENTITLEMENT: MAX_DAYS, RewardType.COUPON: 10}
# six segments of this weight stay exact in every JSON reader (2**53)
MAX_WEIGHT = 1_000_000_000

# control characters are never meant: they break terminals, CSV and logs
Label = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,49}$")]
DAY_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)
# far from the ends of the calendar, so that every instant has a day in Seoul
EARLIEST_YEAR, LATEST_YEAR = 1900, 2999


def _as_written(value: object) -> object:
    """The value, if it is an instant or its text: "1767225600" and 1767225600 would pass as seconds otherwise."""
    if isinstance(value, datetime) or (isinstance(value, str) and DAY_FIRST.match(value)):
        return value
    raise ValueError("a time is written as RFC 3339, with its offset")


def _in_the_calendar(instant: datetime) -> datetime:
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        raise ValueError(f"a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return instant


# an instant from outside
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_as_written), AfterValidator(_in_the_calendar)]


class StrictModel(BaseModel):
    """Immutable, strict about types, refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RewardFields(StrictModel):
    """A reward inside a config. Which fields must stand depends on its type; anything else is refused."""

    reward_type: Literal["POINT", "TOKEN", "XP", "COUPON", "ITEM", "BADGE", "ENTITLEMENT", "HOST", "NONE"] = "NONE"
    reward_amount: int = Field(default=0, ge=0, le=MAX_AMOUNT)
    token_type: Code | None = None
    code: Code | None = None
    needs_approval: bool = False

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        kind = RewardType(self.reward_type)
        if (kind is RewardType.TOKEN) != (self.token_type is not None):
            raise ValueError("token_type belongs to TOKEN rewards, and only to them")
        if (kind in NEEDS_CODE) != (self.code is not None):
            raise ValueError("code belongs to COUPON, ITEM, BADGE, ENTITLEMENT and HOST rewards, and only to them")
        if (kind is RewardType.NONE) != (self.reward_amount == 0):
            raise ValueError("reward_amount is 0 for NONE, and only for NONE")
        most = LARGEST.get(kind, MAX_AMOUNT)
        if self.reward_amount > most:
            raise ValueError(f"reward_amount of {kind.value} is at most {most}")
        return self

    def grant(self, *, times: int = 1) -> Grant:
        """The grant that this means, `times` over."""
        amount = self.reward_amount * times
        return Grant(RewardType(self.reward_type), amount, self.token_type, self.code, self.needs_approval)


def parse_config(model: type[M], document: Any, code: str) -> M:
    """The validated config; raises AppError(code) listing each {field, reason}."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise AppError(code, fields=field_problems(error)) from None


def field_problems(error: ValidationError) -> list[dict[str, str]]:
    """Each problem as {field: path, reason}; the offending value is never repeated."""
    return [
        {"field": ".".join(str(part) for part in problem["loc"]) or "(whole)", "reason": problem["msg"]}
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    ]
