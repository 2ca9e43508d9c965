"""What a player has got: coupon codes, entitlements, items."""

from typing import Annotated, Any

from fastapi import Query, Request

from app.flows.possessions import my_coupons, my_entitlements, my_items
from app.flows.steps.commands import PlayerCommand
from app.routes.deps import caller, container_of
from app.routes.doors import api_router
from app.routes.openapi import keyed, problems
from app.schemas.possessions import CouponPage, EntitlementPage, Items
from app.utils.pagination import MAX_PAGE

router = api_router(tag="player")
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
After = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
SIGNED_IN = keyed({}, required=None)
REFUSALS = problems("AUTH_REQUIRED", "USER_BLOCKED")


@router.get(
    "/coupons",
    operation_id="my_coupons",
    response_model=CouponPage,
    responses=REFUSALS,
    openapi_extra=SIGNED_IN,
)
async def coupons(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The player's coupon codes, newest first."""
    who = await caller(request)
    query = PlayerCommand(**who.command_fields)
    return await my_coupons(container_of(request).house, query, after=after, limit=limit)


@router.get(
    "/entitlements",
    operation_id="my_entitlements",
    response_model=EntitlementPage,
    responses=REFUSALS,
    openapi_extra=SIGNED_IN,
)
async def entitlements(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The player's entitlements, newest first. The host redeems them."""
    who = await caller(request)
    query = PlayerCommand(**who.command_fields)
    return await my_entitlements(container_of(request).house, query, after=after, limit=limit)


@router.get(
    "/items",
    operation_id="my_items",
    response_model=Items,
    responses=REFUSALS,
    openapi_extra=SIGNED_IN,
)
async def items(request: Request) -> dict[str, Any]:
    """How many of each item the player has."""
    who = await caller(request)
    return await my_items(container_of(request).house, PlayerCommand(**who.command_fields))
