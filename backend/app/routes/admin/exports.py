"""Whole tables as CSV files: winners, movements, acts, players. The console has the same files."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.routes.admin.common import READ, READERS
from app.routes.deps import container_of
from app.routes.doors import admin_router
from app.routes.openapi import Responses, problems
from app.schemas.csv_stream import AuditExport, ExportQuery, LedgerExport, PlayExport, csv_export

router = admin_router("/exports", tag="admin: exports")
CSV_ANSWER: Responses = {200: {"content": {"text/csv": {}}}}
REFUSALS = CSV_ANSWER | problems("SCOPE_REQUIRED", "VALIDATION_ERROR", "GAME_NOT_FOUND")


async def _file(request: Request, kind: str, asked: ExportQuery) -> Response:
    return await csv_export(request, container_of(request).house, kind, asked.wanted(), name=kind, bom=asked.bom)


@router.get(
    "/plays.csv",
    operation_id="admin_export_plays",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def plays(request: Request, asked: Annotated[PlayExport, Query()]) -> Response:
    """Every play with its prize, newest first; `won=true`: the winners."""
    return await _file(request, "plays", asked)


@router.get(
    "/ledger.csv",
    operation_id="admin_export_ledger",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def ledger(request: Request, asked: Annotated[LedgerExport, Query()]) -> Response:
    """Every movement of every wallet, newest first."""
    return await _file(request, "ledger", asked)


@router.get(
    "/audit.csv",
    operation_id="admin_export_audit",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def audit(request: Request, asked: Annotated[AuditExport, Query()]) -> Response:
    """Every write of an operator, newest first."""
    return await _file(request, "audit", asked)


@router.get(
    "/players.csv",
    operation_id="admin_export_players",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def players(request: Request, asked: Annotated[ExportQuery, Query()]) -> Response:
    """Every player, oldest first."""
    return await _file(request, "players", asked)
