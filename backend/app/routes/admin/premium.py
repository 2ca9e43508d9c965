"""What operators do for one player in a season: premium tracks given and ended, streaks restored."""

from typing import Any

from fastapi import Request, Response

from app.core.auth import Principal
from app.flows.adjust_wallet import find_player
from app.flows.change_premium import PremiumCommand, change_premium
from app.flows.restore_streak import RestoreStreakCommand, restore_streak
from app.flows.steps.commands import unwrap
from app.routes.admin.common import Admin, Helper, Id, write
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, required_idempotency_key
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import OnePlayer
from app.schemas.admin.premium import PremiumBody, PremiumChanged, StreakRestore, StreakRestored

router = admin_router("/seasons/{season_id}", tag="admin: seasons")
REFUSALS = problems(
    "IDEMPOTENCY_KEY_REQUIRED", "SCOPE_REQUIRED", "USER_NOT_FOUND", "SEASON_NOT_FOUND", "NO_ACTIVE_SEASON",
    "VALIDATION_ERROR", "IDEMPOTENCY_KEY_REUSED",
)  # fmt: skip


@router.post(
    "/premium/grant",
    operation_id="admin_grant_premium",
    response_model=None,
    openapi_extra=write(PremiumBody, is_keyed=True),
    responses={200: {"model": PremiumChanged}} | REFUSALS | problems("SEASON_NOT_FOUND", "TRACK_NOT_FOUND"),
)
async def grant(request: Request, who: Admin, season_id: Id) -> Response:
    """Gives a premium track and pays every level of it that is already reached, each once."""
    return await _change(request, who, season_id, is_grant=True)


@router.post(
    "/premium/revoke",
    operation_id="admin_revoke_premium",
    response_model=None,
    openapi_extra=write(PremiumBody, is_keyed=True),
    responses={200: {"model": PremiumChanged}} | REFUSALS | problems("SEASON_NOT_FOUND", "TRACK_NOT_FOUND"),
)
async def revoke(request: Request, who: Admin, season_id: Id) -> Response:
    """Ends a premium track: it pays nothing from now on. Lists what it has paid; nothing is taken back."""
    return await _change(request, who, season_id, is_grant=False)


@router.post(
    "/streak/restore",
    operation_id="admin_restore_streak",
    response_model=None,
    openapi_extra=write(StreakRestore, is_keyed=True),
    responses={200: {"model": StreakRestored}} | REFUSALS | problems("NO_STREAKS"),
)
async def restore(request: Request, who: Helper, season_id: Id) -> Response:
    """Gives a player a streak back, so that their next stamp continues it."""
    raw = await request.body()
    body = parse_body(StreakRestore, raw)
    command = RestoreStreakCommand(**await _about(request, who, body, raw), season_id=season_id, days=body.days)
    return json_answer(unwrap((await restore_streak(container_of(request).house, [command]))[0]))


async def _change(request: Request, who: Principal, season_id: int, *, is_grant: bool) -> Response:
    raw = await request.body()
    body = parse_body(PremiumBody, raw)
    command = PremiumCommand(
        **await _about(request, who, body, raw), season_id=season_id, track=body.track, is_grant=is_grant
    )
    return json_answer(unwrap((await change_premium(container_of(request).house, [command]))[0]))


async def _about(request: Request, who: Principal, body: OnePlayer, raw: bytes) -> dict[str, Any]:
    """What every operator's command about one player takes from its request."""
    key = required_idempotency_key(request, raw)
    user_id = body.user_id or 0  # the body names exactly one player
    if body.external_id is not None:
        user_id = await find_player(container_of(request).house, body.host, body.external_id)
    act = admin_act(who, body.reason)
    return {
        "user_id": user_id,
        "session_id": who.session_id,
        "issued_at": who.issued_at,
        "request_id": act.request_id,
        "idempotency": key,
        "act": act,
    }
