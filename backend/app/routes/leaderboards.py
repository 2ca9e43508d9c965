"""Leaderboards."""

from typing import Annotated, Any

from fastapi import Query, Request

from app.domain.config_fields import PathName
from app.flows.leaderboard_view import list_leaderboards, show_leaderboard
from app.flows.steps.commands import PlayerCommand
from app.routes.deps import caller, container_of
from app.routes.doors import api_router
from app.routes.openapi import keyed, problems
from app.schemas.leaderboards import BoardList, BoardView
from app.utils.pagination import MAX_PAGE

router = api_router("/leaderboards", tag="rankings")
SIGNED_IN = keyed({}, required=None)
READ = problems("AUTH_REQUIRED", "USER_BLOCKED", "NO_FEATURE_TODAY", "FEATURE_DISABLED", "FEATURE_NOT_ACTIVE")
Window = Annotated[str | None, Query(pattern=r"^[A-Z0-9-]{1,20}$", description="Default: the present window.")]
AfterPlace = Annotated[str | None, Query(pattern=r"^[0-9.]{1,80}$", description="`next` of the page before")]


@router.get("", operation_id="my_leaderboards", response_model=BoardList, responses=READ, openapi_extra=SIGNED_IN)
async def boards(request: Request) -> dict[str, Any]:
    """The boards that rank the player today."""
    who = await caller(request)
    return await list_leaderboards(container_of(request).house, PlayerCommand(**who.command_fields))


@router.get(
    "/{code}",
    operation_id="leaderboard",
    response_model=BoardView,
    responses=READ | problems("NO_FEATURE_TODAY", "LEADERBOARD_NOT_FOUND", "NO_ACTIVE_SEASON"),
    openapi_extra=SIGNED_IN,
)
async def board(
    request: Request,
    code: PathName,
    window: Window = None,
    after: AfterPlace = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
) -> dict[str, Any]:
    """The ranks of a window, and the player's own. A window that is closed is shown as it ended."""
    who = await caller(request)
    query = PlayerCommand(**who.command_fields)
    house = container_of(request).house
    return await show_leaderboard(house, query, code, window_key=window, after=after, limit=limit)
