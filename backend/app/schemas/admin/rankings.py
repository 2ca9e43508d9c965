"""Daily rankings as operators upload them."""

from datetime import date
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from app.domain.ranking import MAX_ENTRIES, RankingEntry
from app.schemas.admin.common import AdminBody, HostCode, Instant
from app.schemas.common import Shape

EXAMPLE: dict[str, Any] = {
    "entries": [
        {"rank": 1, "external_id": "user-1001", "score": 980},
        {"rank": 2, "display_name": "눈사람", "score": 750},
    ],
    "reason": "The ranking of the day",
}


class RankingBody(AdminBody):
    """A whole KST day: `entries`, or the same as `csv` with the columns rank, external_id, display_name, score."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    entries: list[RankingEntry] | None = Field(default=None, max_length=MAX_ENTRIES)
    csv: str | None = Field(default=None, max_length=1_000_000)
    host: HostCode = Field(default="main", description="Whose external_ids they are.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.entries is None) == (self.csv is None):
            raise ValueError("exactly one of entries and csv")
        return self


class RankingLine(Shape):
    """One rank as it is stored."""

    rank: int
    user_id: int | None
    display_name: str
    score: int


class RankingView(Shape):
    """A day's ranking. Its version is the ETag that a change must name."""

    date: date
    version: int
    updated_at: Instant
    updated_by: str
    entries: list[RankingLine]


class RankingHead(Shape):
    """A day that has a ranking."""

    rank_date: date
    version: int
    updated_at: Instant
    updated_by: str


class RankingDays(Shape):
    """The newest days first: ask again with `before=next` while `has_more`."""

    items: list[RankingHead]
    next: date | None
    has_more: bool
