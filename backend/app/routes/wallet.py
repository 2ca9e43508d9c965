"""What a player owns and got."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.flows.player_reads import enter_page, my_ledger, my_rewards, my_wallets
from app.flows.steps.commands import PlayerCommand
from app.routes.bodies import parse_body
from app.routes.deps import caller, container_of
from app.routes.doors import api_router
from app.routes.openapi import body_of, keyed, problems
from app.schemas.player import LedgerPage, PageBody, RewardPage, Wallets
from app.utils.pagination import MAX_PAGE

router = api_router(tag="player")
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
After = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
TokenType = Annotated[str | None, Query(pattern=r"^[A-Z][A-Z0-9_]{0,49}$")]
SIGNED_IN = keyed({}, required=None)


@router.get(
    "/wallet",
    operation_id="my_wallets",
    response_model=Wallets,
    responses=problems("AUTH_REQUIRED", "USER_BLOCKED"),
    openapi_extra=SIGNED_IN,
)
async def wallets(request: Request) -> dict[str, Any]:
    """Every wallet of the player."""
    who = await caller(request)
    return await my_wallets(container_of(request).house, PlayerCommand(**who.command_fields))


@router.get(
    "/wallet/ledger",
    operation_id="my_ledger",
    response_model=LedgerPage,
    responses=problems("AUTH_REQUIRED", "USER_BLOCKED"),
    openapi_extra=SIGNED_IN,
)
async def ledger(
    request: Request, token_type: TokenType = None, after: After = None, limit: Limit = 20
) -> dict[str, Any]:
    """Every movement, newest first: why, how much, what was left."""
    who = await caller(request)
    query = PlayerCommand(**who.command_fields)
    return await my_ledger(container_of(request).house, query, token_type=token_type, after=after, limit=limit)


@router.get(
    "/rewards",
    operation_id="my_rewards",
    response_model=RewardPage,
    responses=problems("AUTH_REQUIRED", "USER_BLOCKED"),
    openapi_extra=SIGNED_IN,
)
async def rewards(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The player's rewards, newest first, with where each one stands."""
    who = await caller(request)
    query = PlayerCommand(**who.command_fields)
    return await my_rewards(container_of(request).house, query, after=after, limit=limit)


@router.post(
    "/events/page",
    operation_id="enter_page",
    status_code=202,
    response_model=None,
    response_class=Response,  # with nothing in it
    responses=problems("AUTH_REQUIRED", "USER_BLOCKED"),
    openapi_extra=keyed(body_of(PageBody), required=None),
)
async def page_entered(request: Request) -> Response:
    """Notes that the player opened a page."""
    who = await caller(request)
    body = parse_body(PageBody, await request.body())
    await enter_page(container_of(request).house, PlayerCommand(**who.command_fields), body.page)
    return Response(status_code=202)
