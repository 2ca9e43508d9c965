"""Teams of a season: made, joined, left, ranked."""

from typing import Annotated, Any

from fastapi import Path, Query, Request

from app.domain.board_config import BoardCode
from app.flows.steps.commands import PlayerCommand
from app.flows.teams import join_team, leave_team, make_team, team_board
from app.routes.bodies import parse_body
from app.routes.deps import caller, container_of
from app.routes.doors import api_router
from app.routes.openapi import body_of, keyed, problems
from app.schemas.missions import NoBody
from app.schemas.teams import TeamBoard, TeamChoice, TeamJoined, TeamName

router = api_router("/teams", tag="rankings")
Contest = Annotated[BoardCode, Path()]
READ = problems("AUTH_REQUIRED", "USER_BLOCKED", "CONTEST_NOT_FOUND", "NO_FEATURE_TODAY", "FEATURE_DISABLED")
ENTER = READ | problems("FEATURE_DISABLED", "JOIN_CLOSED", "VALIDATION_ERROR")


@router.get(
    "/{contest}",
    operation_id="team_board",
    response_model=TeamBoard,
    responses=READ,
    openapi_extra=keyed({}, required=None),
)
async def board(request: Request, contest: Contest, top: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
    """The first teams of a contest, and the player's own."""
    who = await caller(request)
    return await team_board(container_of(request).house, PlayerCommand(**who.command_fields), contest, top=top)


@router.post(
    "/{contest}",
    operation_id="make_team",
    status_code=201,
    response_model=TeamJoined,
    responses=ENTER | problems("ALREADY_IN_TEAM", "NAME_TAKEN", "TOO_MANY_TEAMS"),
    openapi_extra=keyed(body_of(TeamName), required=None),
)
async def make(request: Request, contest: Contest) -> dict[str, Any]:
    """A new team with the player in it."""
    who = await caller(request)
    body = parse_body(TeamName, await request.body())
    return await make_team(container_of(request).house, PlayerCommand(**who.command_fields), contest, body.name)


@router.post(
    "/{contest}/join",
    operation_id="join_team",
    response_model=TeamJoined,
    responses=ENTER | problems("ALREADY_IN_TEAM", "TEAM_FULL"),
    openapi_extra=keyed(body_of(TeamChoice), required=None),
)
async def join(request: Request, contest: Contest) -> dict[str, Any]:
    """Joins a team that has room. What was done before doesn't count for it."""
    who = await caller(request)
    body = parse_body(TeamChoice, await request.body())
    return await join_team(container_of(request).house, PlayerCommand(**who.command_fields), contest, body.team_id)


@router.post(
    "/{contest}/leave",
    operation_id="leave_team",
    response_model=TeamJoined,
    responses=ENTER | problems("JOIN_CLOSED", "NOT_IN_TEAM"),
    openapi_extra=keyed(body_of(NoBody), required=None),
)
async def leave(request: Request, contest: Contest) -> dict[str, Any]:
    """Leaves the team, with what the player added to it; only while teams can be joined."""
    who = await caller(request)
    parse_body(NoBody, await request.body())
    return await leave_team(container_of(request).house, PlayerCommand(**who.command_fields), contest)
