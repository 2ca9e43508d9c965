"""A day's ranking as an operator uploads it: whole, from JSON or CSV, checked before anything of it is stored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from app.core.errors import AppError, invalid
from app.domain.config_fields import MAX_AMOUNT, ExternalId, Label, StrictModel
from app.domain.spreadsheets import Fault
from app.domain.text_files import read_table, refuse

MAX_ENTRIES = 1_000
COLUMNS = ("rank", "external_id", "display_name", "score")
REQUIRED = ("rank", "score")
EXPORTED = ("user_id", "host")  # what an export names beside: our own numbers
NO_ENTRY = Fault(
    "rank and score are whole numbers; external_id or display_name",
    "rank와 score는 정수여야 하며, external_id나 display_name이 있어야 합니다",
)
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


def read_entries(text: Iterable[str]) -> list[RankingEntry]:
    """The entries of a CSV file with a header of `rank`, `score` and what else there is of COLUMNS, in any order.

    Raises VALIDATION_ERROR naming each line.
    """
    table = read_table(text, required=REQUIRED, known=(*COLUMNS, *EXPORTED))
    found: list[RankingEntry] = []
    problems: list[dict[str, str]] = []
    for line in table.lines:
        try:
            found.append(_entry(table.header, line.cells))
        except ValueError:  # Pydantic's, too
            problems.append(NO_ENTRY.at(line.number))
    refuse(problems)
    return found


def _entry(header: Sequence[str], row: Sequence[str]) -> RankingEntry:
    cells = {name: cell for name, cell in zip(header, row, strict=True) if cell and name not in EXPORTED}
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
        raise AppError("RANKING_CONFLICT", ranks=sorted(ranks), same_player_at=sorted(twice))
