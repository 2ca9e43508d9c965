"""Today's ranking."""

from typing import Annotated, Any

from fastapi import Query, Request

from app.flows.ranking_view import today_ranking
from app.flows.steps.commands import PlayerCommand
from app.routes.deps import caller, container_of
from app.routes.doors import api_router
from app.routes.openapi import keyed, problems
from app.schemas.leaderboards import RankingDay

router = api_router("/ranking", tag="rankings")


@router.get(
    "/today",
    operation_id="today_ranking",
    response_model=RankingDay,
    responses=problems("AUTH_REQUIRED", "USER_BLOCKED", "NO_FEATURE_TODAY", "FEATURE_DISABLED", "FEATURE_NOT_ACTIVE"),
    openapi_extra=keyed({}, required=None),
)
async def today(request: Request, top: Annotated[int, Query(ge=1, le=100)] = 10) -> dict[str, Any]:
    """The first ranks of today (KST) and the player's own."""
    who = await caller(request)
    return await today_ranking(container_of(request).house, PlayerCommand(**who.command_fields), top=top)
