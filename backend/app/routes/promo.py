"""Promo codes and first-come campaigns."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app.domain.config_fields import PathName
from app.flows.promo_status import promo_status
from app.flows.redeem_code import RedeemCodeCommand
from app.flows.steps.commands import PlayerCommand
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import Caller, caller, container_of, idempotency_key
from app.routes.doors import api_router
from app.routes.openapi import answers, body_of, keyed, problems
from app.schemas.promo import CodeAnswer, CodeBody, PromoStatus

router = api_router(tag="codes")


@router.post(
    "/codes/redeem",
    operation_id="redeem_code",
    response_model=None,
    responses=answers(
        CodeAnswer, "CODE_ALREADY_USED", "PROMO_ALREADY_CLAIMED", "PROMO_NOT_OPEN", "PROMO_ENDED", "FEATURE_DISABLED",
        "CODE_NOT_FOUND", "PROMO_SOLD_OUT", "VALIDATION_ERROR", "BUSY",
    ),
    openapi_extra=keyed(body_of(CodeBody), required=False),
)  # fmt: skip
async def redeem(request: Request) -> Response:
    """Redeems a code, once a player and campaign. Units go in the order of arrival, until none is left."""
    who = await caller(request)
    raw = await request.body()
    body = parse_body(CodeBody, raw)
    command = RedeemCodeCommand(**who.command_fields, idempotency=idempotency_key(request, raw), code=body.code)
    return json_answer(await container_of(request).codes.submit(command))


@router.get(
    "/promotions/{code}",
    operation_id="promotion_status",
    response_model=PromoStatus,
    response_model_exclude_unset=True,
    responses=problems("AUTH_REQUIRED", "USER_BLOCKED", "PROMO_NOT_FOUND"),
    openapi_extra=keyed({}, required=None),
)
async def status(request: Request, who: Annotated[Caller, Depends(caller)], code: PathName) -> dict[str, Any]:
    """A campaign by its name: when it opens to the second, how many units are left, whether the player has one."""
    return await promo_status(container_of(request).house, PlayerCommand(**who.command_fields), code)
