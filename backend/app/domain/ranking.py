"""A day's ranking as an operator uploads it: whole, from JSON or CSV, checked before anything of it is stored."""

import csv
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from app.core.errors import AppError, invalid
from app.domain.config_fields import MAX_AMOUNT, ExternalId, Label, StrictModel

MAX_ENTRIES = 1_000
COLUMNS = ("rank", "external_id", "display_name", "score")
REQUIRED = {"rank", "score"}
HostName = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,50}$")]


class RankingEntry(StrictModel):
    """One rank: a player of the host by `external_id`, or somebody unknown by `display_name`, or both."""

    rank: int = Field(ge=1, le=1_000_000)
    external_id: ExternalId | None = None
    display_name: Label | None = None
    score: int = Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if self.external_id is None and self.display_name is None:
            raise ValueError("external_id or display_name must stand")
        return self


def read_entries(text: str) -> list[RankingEntry]:
    """The entries of a CSV file with a header of `rank`, `score` and what else there is of COLUMNS, in any order.

    Raises VALIDATION_ERROR naming each line.
    """
    lines = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
    header = [name.strip() for name in lines[0]] if lines else []
    if not REQUIRED <= set(header) <= set(COLUMNS) or len(set(header)) != len(header):
        raise invalid(("csv", f"the first line names rank and score, and no others than {', '.join(COLUMNS)}"))
    found, problems = [], []
    for number, row in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            found.append(_entry(header, row))
        except (ValidationError, ValueError):
            problems.append((f"csv.line{number}", "rank and score are whole numbers; external_id or display_name"))
    if problems:
        raise invalid(*problems[:20])  # enough to see what is wrong
    return found


def _entry(header: Sequence[str], row: Sequence[str]) -> RankingEntry:
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
    numbers = {name: int(cells[name]) for name in ("rank", "score") if name in cells}
    return RankingEntry.model_validate(cells | numbers)


def require_whole(entries: Sequence[RankingEntry]) -> None:
    """Returns when this can be a day's ranking; raises RANKING_CONFLICT for a rank or a player that stands twice."""
    if len(entries) > MAX_ENTRIES:
        raise invalid(("entries", f"at most {MAX_ENTRIES}"))
    ranks = [rank for rank, times in Counter(entry.rank for entry in entries).items() if times > 1]
    names = Counter(entry.external_id for entry in entries if entry.external_id is not None)
    twice = [entry.rank for entry in entries if names[entry.external_id or ""] > 1]
    if ranks or twice:
        raise AppError("RANKING_CONFLICT", ranks=sorted(ranks)[:20], same_player_at=sorted(twice)[:20])
