"""A3, contests of teams: how the teams stand, frozen and settled once, called off."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.domain.teams import ContestConfig
from app.flows.config_warnings import config_warnings
from app.flows.save_contest import (
    contest_document,
    contest_results,
    create_contest,
    find_contest,
    replace_contest,
    switch_contest,
)
from app.flows.standings import contest_standing
from app.flows.steps.check_references import ConfigDocument
from app.pages.console.csv_files import MOST_IN_CSV, csv_file
from app.pages.console.document_editor import DocumentCode, Kind, editor
from app.pages.console.doors import ConsoleRoute
from app.pages.console.forms import LINES, After
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.teams import EXAMPLE
from app.services import House
from app.services.audit_service import AdminAct
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/contests"
COLUMNS = ("rank_no", "team_id", "name", "score", "members")
Row = dict[str, Any]


async def _stored(house: House, code: str) -> tuple[Row, int]:
    row = await find_contest(house, code)
    return row["config"], row["version"]


async def _create(house: House, act: AdminAct, config: ContestConfig) -> Row:
    return await create_contest(house, act, config, is_active=False)


async def _replace(house: House, act: AdminAct, code: str, config: ContestConfig, version: int) -> Row:
    return await replace_contest(house, act, code, config, expected_version=version)


def _names(config: ContestConfig) -> ConfigDocument:
    return contest_document(config.view())


editing = editor(Kind(PLACE, ContestConfig, EXAMPLE, _stored, _create, _replace, _names, switch_contest))


@router.get("/console/contests")
async def contests(request: Request, after: After = None) -> Response:
    """Every contest, newest first."""
    who = await operator(request)
    rows = await container_of(request).house.read(lambda keepers: keepers.team.page(after=after, limit=LINES))
    return show(request, "contests.html", who=who, found=page(rows, LINES), after=after)


@router.get("/console/contests/{code}")
async def contest(request: Request, code: DocumentCode) -> Response:
    """One contest with its first teams."""
    request.state.back = PLACE
    who = await operator(request)
    house = container_of(request).house
    row, teams = await contest_standing(house, code, limit=LINES)
    warnings = await config_warnings(house, contest_document(row["config"]))
    return show(request, "contest.html", who=who, contest=row, teams=teams, warnings=warnings)


@router.get("/console/contests/{code}/results.csv")
async def as_csv(request: Request, code: DocumentCode) -> Response:
    """The ranks of a contest that is over, as a file."""
    request.state.back = f"{PLACE}/{code}"
    await operator(request)
    rows = await contest_results(container_of(request).house, code, after=0, limit=MOST_IN_CSV)
    return csv_file(f"{code}-results", COLUMNS, rows)
