"""The host's own questions about a player's entitlements: may they, and use one up."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response

from app.core.auth import Principal
from app.core.names import MAX_EXTERNAL_ID
from app.domain.config_fields import Code
from app.flows.adjust_wallet import find_player
from app.flows.possessions import check_entitlement
from app.flows.redeem_entitlement import RedeemCommand, redeem_entitlements
from app.flows.steps.commands import unwrap
from app.flows.steps.operators import short_actor
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import container_of, request_id, require_host, required_idempotency_key
from app.routes.doors import api_router
from app.routes.openapi import API_KEY, BEARER, answers, body_of, keyed, problems
from app.schemas.possessions import EntitlementStanding, RedeemBody, Redeemed

router = api_router("/entitlements", tag="host")
Host = Annotated[Principal, Depends(require_host)]
# a path: a name may hold slashes, and they come decoded
ExternalId = Annotated[str, Path(min_length=1, max_length=MAX_EXTERNAL_ID)]
BY_HOST: list[dict[str, list[str]]] = [{API_KEY: []}, {BEARER: []}]


@router.get(
    "/{external_id:path}/{resource}",
    operation_id="check_entitlement",
    response_model=EntitlementStanding,
    responses=problems("AUTH_REQUIRED", "SCOPE_REQUIRED", "USER_NOT_FOUND"),
    openapi_extra={"security": BY_HOST},
)
async def check(request: Request, who: Host, external_id: ExternalId, resource: Code) -> dict[str, Any]:
    """Whether a player of this host may use the resource now, and how many more they can redeem."""
    house = container_of(request).house
    return await check_entitlement(house, await find_player(house, who.host_code, external_id), resource)


@router.post(
    "/{external_id:path}/{resource}/redeem",
    operation_id="redeem_entitlement",
    response_model=None,
    responses=answers(
        Redeemed, "AUTH_REQUIRED", "SCOPE_REQUIRED", "USER_BLOCKED", "USER_NOT_FOUND", "NO_ENTITLEMENT",
        "ENTITLEMENT_ACTIVE",
    ),
    openapi_extra=keyed(body_of(RedeemBody), required=True) | {"security": BY_HOST},
)  # fmt: skip
async def redeem(request: Request, who: Host, external_id: ExternalId, resource: Code) -> Response:
    """Uses up one entitlement; its days begin now. While one runs, no other is used up: ENTITLEMENT_ACTIVE."""
    raw = await request.body()
    parse_body(RedeemBody, raw)
    house = container_of(request).house
    command = RedeemCommand(
        user_id=await find_player(house, who.host_code, external_id),
        session_id=None,
        issued_at=who.issued_at,
        request_id=request_id(),
        idempotency=required_idempotency_key(request, raw),
        resource=resource,
        actor=short_actor(who.actor),
    )
    return json_answer(unwrap((await redeem_entitlements(house, [command]))[0]))
