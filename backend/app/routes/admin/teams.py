"""Contests of teams: set, put in force, called off, watched."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from app.domain.board_config import BoardCode
from app.flows.govern_team import close_team, rename_team
from app.flows.save_contest import contest_results, create_contest, find_contest, replace_contest, switch_contest
from app.flows.standings import contest_standing
from app.routes.admin.common import READ, READERS, Admin, After, Limit, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed, StopBody
from app.schemas.admin.players import WhyOnly
from app.schemas.admin.teams import ContestBody, ContestView, TeamGoverned, TeamRename, TeamResult
from app.schemas.csv_stream import ExportQuery, csv_export
from app.utils.pagination import page

router = admin_router("/team-contests", tag="admin: rankings")
Code = Annotated[BoardCode, Path()]
TeamId = Annotated[int, Path(ge=1, le=2**31 - 1)]
FOUND = problems("SCOPE_REQUIRED", "CONTEST_NOT_FOUND")
EDIT = FOUND | problems("CONTEST_STATE", "VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_contests",
    response_model=Listed[ContestView],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def contests(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every contest as it stands, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.team.page(after=after, limit=limit))
    return page(rows, limit)


@router.post(
    "",
    operation_id="admin_create_contest",
    status_code=201,
    response_model=ContestView,
    openapi_extra=write(ContestBody),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def create(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A new contest, as a draft."""
    body = parse_body(ContestBody, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    return _view(response, await create_contest(house, act, body, is_active=False))


@router.get(
    "/{code}",
    operation_id="admin_contest",
    response_model=ContestView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def contest(request: Request, response: Response, code: Code) -> dict[str, Any]:
    """One contest, with the ETag that a change must name."""
    return _view(response, await find_contest(container_of(request).house, code))


@router.put(
    "/{code}",
    operation_id="admin_replace_contest",
    response_model=ContestView,
    openapi_extra=write(ContestBody, if_match=True),
    responses=EDIT,
)
async def replace(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Replaces the whole contest. Once it is in force, what players joined for is fixed."""
    body = parse_body(ContestBody, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    return _view(response, await replace_contest(house, act, code, body, expected_version=version))


@router.post(
    "/{code}/activate",
    operation_id="admin_activate_contest",
    response_model=ContestView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT,
)
async def activate(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Puts a contest in force: players make teams from `join_from` on."""
    return await _switch(request, response, who, code, is_active=True)


@router.post(
    "/{code}/retire",
    operation_id="admin_retire_contest",
    response_model=ContestView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT,
)
async def retire(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Calls a contest off: nothing is scored any more, and nothing will be paid."""
    return await _switch(request, response, who, code, is_active=False)


@router.get(
    "/{code}/results",
    operation_id="admin_contest_results",
    response_model=Listed[TeamResult],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def results(request: Request, code: Code, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The ranks of a contest that is over."""
    rows = await contest_results(container_of(request).house, code, after=after or 0, limit=limit)
    return page(rows, limit, key="rank_no")


@router.get(
    "/{code}/results.csv",
    operation_id="admin_contest_results_csv",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def results_csv(request: Request, code: Code, asked: Annotated[ExportQuery, Query()]) -> Response:
    """Every rank of a contest that is over as a CSV file."""
    house = container_of(request).house
    await find_contest(house, code)
    return await csv_export(request, house, "teams", asked.wanted(contest=code), name=code, bom=asked.bom)


@router.get(
    "/{code}/teams",
    operation_id="admin_contest_teams",
    response_model=Listed[TeamResult],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def teams(request: Request, code: Code, after: After = None, limit: Limit = 100) -> dict[str, Any]:
    """The teams by rank, as they stand or stood when the contest was over. Closed ones have no rank."""
    _, found = await contest_standing(container_of(request).house, code, after=after or 0, limit=limit)
    return found


@router.post(
    "/{code}/teams/{team_id}/rename",
    operation_id="admin_rename_team",
    response_model=TeamGoverned,
    openapi_extra=write(TeamRename),
    responses=FOUND | problems("TEAM_NOT_FOUND", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def rename(request: Request, who: Admin, code: Code, team_id: TeamId) -> dict[str, Any]:
    """Gives a team another name."""
    body = parse_body(TeamRename, await request.body())
    return await rename_team(container_of(request).house, admin_act(who, body.reason), code, team_id, body.name)


@router.post(
    "/{code}/teams/{team_id}/close",
    operation_id="admin_close_team",
    response_model=TeamGoverned,
    openapi_extra=write(WhyOnly),
    responses=FOUND | problems("TEAM_NOT_FOUND", "CONTEST_STATE", "BUSY", "VALIDATION_ERROR"),
)
async def close(request: Request, who: Admin, code: Code, team_id: TeamId) -> dict[str, Any]:
    """Ends a team while its contest is open: no rank, no reward. Its members leave it with what they added."""
    body = parse_body(WhyOnly, await request.body())
    return await close_team(container_of(request).house, admin_act(who, body.reason), code, team_id)


async def _switch(request: Request, response: Response, who: Admin, code: str, *, is_active: bool) -> dict[str, Any]:
    body = parse_body(StopBody, await request.body())
    house, act, version = (
        container_of(request).house,
        admin_act(who, body.reason, body.players_who_lose),
        expected_version(request),
    )
    return _view(response, await switch_contest(house, act, code, is_active=is_active, expected_version=version))


def _view(response: Response, row: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = etag(row["version"])
    return row
