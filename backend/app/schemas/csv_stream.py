"""A table as a CSV file of any length: sent while it is read, the same at every door."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ConfigDict, Field

from app.domain.config_fields import Code, Day
from app.domain.csv_text import csv_text
from app.domain.grants import RewardType
from app.flows.exports import EXPORTS, Wanted, export_rows, game_filter
from app.schemas.admin.common import HostCode
from app.schemas.common import Shape
from app.services import House
from app.services.audit_service import AdminAct

BOM = "\ufeff"
BOM_TEXT = "A byte order mark first, by which spreadsheets know UTF-8."


Bom = Annotated[bool, Query(description=BOM_TEXT)]


class ExportQuery(Shape):
    """What a file can be narrowed by; a filter that it doesn't know is refused."""

    # FastAPI takes it as a query and builds it with the route, where it keeps Pydantic's warnings down
    model_config = ConfigDict(extra="forbid", defer_build=False)

    since: Day | None = Field(default=None, description="the first KST day")
    until: Day | None = Field(default=None, description="the last KST day")
    season: str | None = Field(default=None, min_length=1, max_length=100, description="a season's name")
    game: str | None = Field(default=None, min_length=1, max_length=50, examples=["roulette"])
    prize: str | None = Field(default=None, min_length=1, max_length=100, description="a prize's label")
    state: Code | None = None
    host: HostCode | None = None
    bom: bool = Field(default=False, description=BOM_TEXT)

    def wanted(self, **named: Any) -> Wanted:
        """The filters, and what the address itself names."""
        own = {"since", "until", "season", "prize", "game", "bom"}
        values = named | self.model_dump(exclude=own) | {"game": game_filter(self.game)}
        return Wanted(self.since, self.until, self.season, self.prize, values)


class RewardExport(ExportQuery):
    """The rewards that fit."""

    reward_type: RewardType | None = None
    source: Code | None = None
    code: Code | None = None
    user_id: int | None = Field(default=None, ge=1, le=2**63 - 1)
    operation_id: str | None = Field(default=None, pattern=r"^[!-~]{1,190}$")


class PlayExport(ExportQuery):
    """The plays that fit; `won`: only the winners, or only the others."""

    won: bool | None = None


class LedgerExport(ExportQuery):
    """The movements that fit."""

    token_type: Code | None = None
    user_id: int | None = Field(default=None, ge=1, le=2**63 - 1)


class AuditExport(ExportQuery):
    """The acts that fit."""

    target: str | None = Field(default=None, min_length=1, max_length=200)


async def csv_export(
    request: Request,
    house: House,
    kind: str,
    wanted: Wanted,
    *,
    name: str,
    bom: bool,
    act: AdminAct | None = None,
) -> Response:
    """The whole export as a file. Its first part is read before the answer begins, so that a refusal is one.

    `act`: who takes it out, where the export notes that.
    """
    parts = export_rows(house, kind, wanted, act)
    first = await anext(parts)
    columns = EXPORTS[kind].columns

    async def lines() -> AsyncIterator[bytes]:
        yield ((BOM if bom else "") + csv_text([columns, *_cells(columns, first)])).encode()
        async for part in parts:
            yield csv_text(_cells(columns, part)).encode()

    request.scope["is_stream"] = True
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=_headers(name))


def csv_file(columns: Sequence[str], rows: Iterable[dict[str, Any]], *, name: str, bom: bool) -> Response:
    """A table that is whole in memory, as such a file."""
    text = csv_text([columns, *_cells(columns, rows)])
    return Response((BOM if bom else "") + text, media_type="text/csv; charset=utf-8", headers=_headers(name))


def _cells(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Iterable[list[Any]]:
    return ([row[column] for column in columns] for row in rows)


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
