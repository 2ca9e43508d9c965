"""Fields that the configs of games and seasons share, with their limits and reasons."""

import json
import re
from datetime import date, datetime
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
from app.core.names import MAX_EXTERNAL_ID, is_external_id, shown_name
from app.core.time_utils import FIRST_DAY, KST, LAST_DAY
from app.domain.entitlements import MAX_DAYS
from app.domain.grants import NEEDS_CODE, Grant, RewardType

M = TypeVar("M", bound=BaseModel)

# far above any campaign, far below 2**63: sums of a million plays still fit a BIGINT
MAX_AMOUNT = 100_000_000
# of an ENTITLEMENT the amount is its days; of a COUPON one player's codes
LARGEST = {RewardType.ENTITLEMENT: MAX_DAYS, RewardType.COUPON: 10}
# six segments of this weight stay exact in every JSON reader (2**53)
MAX_WEIGHT = 1_000_000_000

# control characters are never meant: they break terminals, CSV and logs; the rest of the rule: core/names.py
Label = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(shown_name),
]


def _external_id(text: str) -> str:
    if not is_external_id(text):
        raise ValueError("1 to 100 printable characters in NFC, none unseen, no space at either end")
    return text


# how a host names a player: its own, so it is refused rather than changed
ExternalId = Annotated[str, StringConstraints(min_length=1, max_length=MAX_EXTERNAL_ID), AfterValidator(_external_id)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,49}$")]
# what stands in an address: a name that nothing has is not found, whatever it is made of
PathName = Annotated[str, StringConstraints(max_length=2_000)]
# numbers that every JSON reader holds exactly
MAX_NUMBER = 2**53
DAY_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CALENDAR = {"formatMinimum": FIRST_DAY.isoformat(), "formatMaximum": LAST_DAY.isoformat()}
# wider than days: documents that were stored before must still be read
EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
INSTANTS = {
    "formatMinimum": f"{EARLIEST_YEAR}-01-01T00:00:00Z",
    "formatMaximum": f"{LATEST_YEAR}-12-31T23:59:59.999999Z",
}


def _from_text(value: object) -> object:
    """The day that a text names. Only YYYY-MM-DD passes: others would take "1767225600" or "20260131" as well."""
    if not isinstance(value, str):
        return value
    if not DAY.fullmatch(value):
        raise ValueError("a day is written YYYY-MM-DD")
    return date.fromisoformat(value)


def _in_the_calendar(instant: datetime) -> datetime:
    """The instant, if it lies far from the ends of the calendar: so it has a day in Seoul. Raises ValueError."""
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        raise ValueError(f"a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return instant


def _as_written(value: object) -> object:
    """The value, if it is an instant or its text: "1767225600" and 1767225600 would pass as seconds otherwise."""
    if isinstance(value, datetime) or (isinstance(value, str) and DAY_FIRST.match(value)):
        return value
    raise ValueError("a time is written as RFC 3339, with its offset")


# a KST day from outside
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY, json_schema_extra={**CALENDAR}), BeforeValidator(_from_text)]
# an instant from outside
Moment = Annotated[
    AwareDatetime,
    Field(strict=False, json_schema_extra={**INSTANTS}),
    BeforeValidator(_as_written),
    AfterValidator(_in_the_calendar),
]
# what a browser's date field sends: without a zone it is the clock on the wall in Seoul
WallMoment = Annotated[
    datetime,
    Field(json_schema_extra={**INSTANTS}),
    BeforeValidator(_as_written),
    AfterValidator(lambda moment: _in_the_calendar(moment if moment.tzinfo else moment.replace(tzinfo=KST))),
]


def _is_json(value: dict[str, Any]) -> dict[str, Any]:
    """The document, if every JSON reader would read the same in it; raises ValueError otherwise.

    A file or a dict may hold what JSON has not: NaN, a day, half a character.
    """
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise ValueError("plain JSON: texts, finite numbers, true, false, null") from None
    return value


# a document of somebody else's making: its bytes are bounded where they are read
Document = Annotated[dict[str, Any], Field(max_length=1_000), AfterValidator(_is_json)]


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
