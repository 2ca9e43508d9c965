"""What can be taken out: winners, rewards, movements, acts, players, each whole, narrowed by a form."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from app.flows.exports import season_names
from app.games import GAMES
from app.pages.console.csv_files import csv_file, typed_query
from app.pages.console.doors import ConsoleRoute
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.csv_stream import AuditExport, ExportQuery, LedgerExport, PlayExport, RewardExport

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/exports"
QUERIES: dict[str, type[ExportQuery]] = {
    "plays": PlayExport, "rewards": RewardExport, "ledger": LedgerExport, "audit": AuditExport, "players": ExportQuery,
}  # fmt: skip
Kind = Annotated[Literal["plays", "rewards", "ledger", "audit", "players"], Path()]


@router.get(PLACE)
async def exports(request: Request) -> Response:
    """Every file with the fields that narrow it."""
    who = await operator(request)
    house = container_of(request).house
    hosts = await house.read(lambda keepers: keepers.identity.hosts())
    seasons = await season_names(house)
    return show(
        request, "exports.html", who=who, hosts=[host["code"] for host in hosts], seasons=seasons, games=list(GAMES)
    )


@router.get(PLACE + "/{kind}.csv")
async def as_csv(request: Request, kind: Kind) -> Response:
    """One of them, whole."""
    request.state.back = PLACE
    await operator(request)
    asked = typed_query(request, QUERIES[kind])
    return await csv_file(request, kind, asked.wanted(), kind, asked)
