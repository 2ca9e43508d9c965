"""Giving tokens to players, taking them back, asking for a compensation."""

from fastapi import Request, Response

from app.core.auth import Principal
from app.flows.adjust_wallet import AdjustCommand, Adjustment, find_player, require_adjustable
from app.routes.admin.common import Admin, Helper, write
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, required_idempotency_key
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.wallets import WalletAdjusted, WalletAdjustment

router = admin_router("/wallets", tag="admin: wallets")
REFUSALS = problems("IDEMPOTENCY_KEY_REQUIRED", "SCOPE_REQUIRED", "USER_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED")


@router.post(
    "/grant",
    operation_id="admin_grant_tokens",
    response_model=None,
    openapi_extra=write(WalletAdjustment, is_keyed=True),
    responses={200: {"model": WalletAdjusted}} | REFUSALS | problems("DAILY_LIMIT_REACHED", "VALIDATION_ERROR"),
)
async def grant(request: Request, who: Admin) -> Response:
    """Gives tokens, once per Idempotency-Key. More points than the threshold wait for approval."""
    return await _adjust(request, who, Adjustment.GRANT)


@router.post(
    "/revoke",
    operation_id="admin_revoke_tokens",
    response_model=None,
    openapi_extra=write(WalletAdjustment, is_keyed=True),
    responses={200: {"model": WalletAdjusted}} | REFUSALS | problems("NOT_ENOUGH_TOKENS", "VALIDATION_ERROR"),
)
async def revoke(request: Request, who: Admin) -> Response:
    """Takes tokens back, once per Idempotency-Key; never below zero."""
    return await _adjust(request, who, Adjustment.REVOKE)


@router.post(
    "/make-good",
    operation_id="admin_ask_make_good",
    response_model=None,
    openapi_extra=write(WalletAdjustment, is_keyed=True),
    responses={200: {"model": WalletAdjusted}} | REFUSALS | problems("DAILY_LIMIT_REACHED", "VALIDATION_ERROR"),
)
async def make_good(request: Request, who: Helper) -> Response:
    """Asks that a player gets tokens, once per Idempotency-Key. However few, they wait until an admin approves."""
    return await _adjust(request, who, Adjustment.MAKE_GOOD)


async def _adjust(request: Request, who: Principal, kind: Adjustment) -> Response:
    raw = await request.body()
    body = parse_body(WalletAdjustment, raw)
    key = required_idempotency_key(request, raw)
    container = container_of(request)
    require_adjustable(container.house, body.token_type, body.amount)
    user_id = body.user_id
    if body.external_id is not None:
        user_id = await find_player(container.house, body.host, body.external_id)
    act = admin_act(who, body.reason)
    command = AdjustCommand(
        user_id=user_id or 0,  # the body names exactly one player
        session_id=who.session_id,
        issued_at=who.issued_at,
        request_id=act.request_id,
        idempotency=key,
        act=act,
        kind=kind,
        token_type=body.token_type,
        amount=body.amount,
    )
    return json_answer(await container.adjustments.submit(command))
