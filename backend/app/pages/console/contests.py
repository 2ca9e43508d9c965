"""A3, contests of teams: how the teams stand, frozen and settled once, called off."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.core.auth import ADMIN
from app.domain.teams import ContestConfig
from app.flows.save_contest import contest_results, create_contest, find_contest, replace_contest, switch_contest
from app.flows.standings import contest_standing
from app.pages.console.csv_files import MOST_IN_CSV, csv_file
from app.pages.console.document_editor import DocumentCode, Kind, editor
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Reason, Version
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


editing = editor(Kind(PLACE, ContestConfig, EXAMPLE, _stored, _create, _replace))


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
    row, teams = await contest_standing(container_of(request).house, code, limit=LINES)
    return show(request, "contest.html", who=who, contest=row, teams=teams)


@router.get("/console/contests/{code}/results.csv")
async def as_csv(request: Request, code: DocumentCode) -> Response:
    """The ranks of a contest that is over, as a file."""
    request.state.back = f"{PLACE}/{code}"
    await operator(request)
    rows = await contest_results(container_of(request).house, code, after=0, limit=MOST_IN_CSV)
    return csv_file(f"{code}-results", COLUMNS, rows)


@router.post("/console/contests/{code}/activate")
async def activate(request: Request, code: DocumentCode, reason: Reason, version: Version) -> Response:
    """Puts a contest in force: players make teams from `join_from` on."""
    return await _switch(request, code, reason, version, is_active=True)


@router.post("/console/contests/{code}/retire")
async def retire(request: Request, code: DocumentCode, reason: Reason, version: Version) -> Response:
    """Calls a contest off: nothing is scored any more, and nothing will be paid."""
    return await _switch(request, code, reason, version, is_active=False)


async def _switch(request: Request, code: str, reason: str, version: int, *, is_active: bool) -> Response:
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await switch_contest(house, who.act(reason), code, is_active=is_active, expected_version=version)
    return done(request, back)
