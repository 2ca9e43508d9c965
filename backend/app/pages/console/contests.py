"""A3, contests of teams: how the teams stand, frozen and settled once, called off."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response

from app.core.auth import ADMIN
from app.domain.config_fields import parse_config
from app.domain.teams import ContestConfig
from app.flows.config_warnings import config_warnings
from app.flows.govern_team import close_team, rename_team
from app.flows.save_contest import (
    contest_document,
    create_contest,
    find_contest,
    replace_contest,
    switch_contest,
)
from app.flows.standings import contest_standing, team_standing
from app.flows.steps.check_references import ConfigDocument
from app.pages.console.csv_files import Exported, csv_file
from app.pages.console.document_editor import DocumentCode, Kind, editor
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.teams import EXAMPLE
from app.schemas.teams import TeamName
from app.services import House
from app.services.audit_service import AdminAct
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/contests"
TeamId = Annotated[int, Path(ge=1, le=2**31 - 1)]
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
async def contest(request: Request, code: DocumentCode, after: After = None) -> Response:
    """One contest with its teams by rank."""
    request.state.back = PLACE
    who = await operator(request)
    house = container_of(request).house
    row, teams = await contest_standing(house, code, after=after or 0, limit=LINES)
    warnings = await config_warnings(house, contest_document(row["config"]))
    return show(request, "contest.html", who=who, contest=row, teams=teams, warnings=warnings, after=after)


@router.get("/console/contests/{code}/results.csv")
async def as_csv(request: Request, code: DocumentCode, asked: Exported) -> Response:
    """The ranks of a contest that is over, as a file."""
    request.state.back = f"{PLACE}/{code}"
    await operator(request)
    await find_contest(container_of(request).house, code)
    return await csv_file(request, "teams", asked.wanted(contest=code), f"{code}-results", asked)


@router.get("/console/contests/{code}/teams/{team_id}")
async def team(request: Request, code: DocumentCode, team_id: TeamId) -> Response:
    """One team: another name, or its end, with what that does said before."""
    request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    row, found = await team_standing(container_of(request).house, code, team_id)
    return show(request, "team.html", who=who, contest=row, team=found)


@router.post("/console/contests/{code}/teams/{team_id}/rename")
async def rename(
    request: Request, code: DocumentCode, team_id: TeamId, *, name: Annotated[str, Form(max_length=500)], reason: Reason
) -> Response:
    """Gives a team another name."""
    back = request.state.back = f"{PLACE}/{code}/teams/{team_id}"
    who = await operator(request, ADMIN)
    named = parse_config(TeamName, {"name": name}, "VALIDATION_ERROR")
    await rename_team(container_of(request).house, who.act(reason), code, team_id, named.name)
    return done(request, back)


@router.post("/console/contests/{code}/teams/{team_id}/close")
async def close(request: Request, code: DocumentCode, team_id: TeamId, reason: Reason) -> Response:
    """Ends a team: its members leave it, and it has no rank."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    await close_team(container_of(request).house, who.act(reason), code, team_id)
    return done(request, back)
