"""Signing in and out, and the player's own face."""

from typing import Any

from fastapi import Request, Response

from app.core.auth import PLAYER, STAFF_SCOPES
from app.flows.me import me
from app.flows.sign_in import SignIn
from app.flows.sign_out import sign_out
from app.flows.steps.commands import PlayerCommand
from app.routes.bodies import one_kind
from app.routes.deps import caller, container_of, principal_of, request_id, vouching_host
from app.routes.doors import api_router
from app.routes.openapi import API_KEY, keyed, problems
from app.schemas.auth import HostExchangeBody, Me, RefreshBody, TokenAnswer

router = api_router(tag="auth")
# which field makes a body of which kind
KINDS: dict[str, type[HostExchangeBody | RefreshBody]] = {
    "external_id": HostExchangeBody,
    "refresh_token": RefreshBody,
}
TOKEN_BODY = {
    "security": [{}, {API_KEY: []}],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [kind.model_json_schema() for kind in KINDS.values()]},
                "examples": {
                    "host exchange": {"value": {"external_id": "u-1001", "nickname": "하늘"}},
                    "refresh": {"value": {"refresh_token": "kq3…"}},
                },
            }
        },
    },
}


@router.post(
    "/auth/token",
    operation_id="get_token",
    response_model=TokenAnswer,
    responses=problems(
        "VALIDATION_ERROR", "AUTH_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED", "SCOPE_REQUIRED",
        "USER_BLOCKED", "RATE_LIMITED",
    ),
    openapi_extra=TOKEN_BODY,
)  # fmt: skip
async def get_token(request: Request) -> dict[str, Any]:
    """Tokens, for exactly one of: a player that a host vouches for (X-API-Key), a player's refresh token."""
    body: HostExchangeBody | RefreshBody = one_kind(KINDS, await request.body())
    container = container_of(request)
    if isinstance(body, RefreshBody):
        return await container.refresh(body.refresh_token, is_staff=False, request_id=request_id())
    vouching = await container.authenticator.host((await vouching_host(request)).host_code)
    return await container.sign_ins.submit(
        SignIn(host=vouching, external_id=body.external_id, nickname=body.nickname, request_id=request_id())
    )


@router.post(
    "/auth/logout",
    operation_id="log_out",
    status_code=204,
    response_model=None,
    responses=problems(
        "AUTH_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED", "SCOPE_REQUIRED", "RATE_LIMITED"
    ),
    openapi_extra=keyed({}, required=None),
)
async def log_out(request: Request) -> Response:
    """Ends this sign-in: its refresh token and every access token of it are refused from now on."""
    principal = await principal_of(request)
    principal.require_scope(PLAYER, *STAFF_SCOPES)
    container, known_as = container_of(request), request_id()
    if principal.scopes & STAFF_SCOPES:
        await container.authenticator.staff(principal)
    user_id = None
    if PLAYER in principal.scopes:
        user_id = await container.authenticator.player_id(principal, request_id=known_as)
        container.rate_limits.spend(user_id, "log_out", request.method)
    await sign_out(container.house, container.keys, principal, user_id=user_id, request_id=known_as)
    return Response(status_code=204)


@router.get(
    "/me",
    operation_id="me",
    response_model=Me,
    responses=problems("AUTH_REQUIRED", "TOKEN_REVOKED", "USER_BLOCKED"),
    openapi_extra=keyed({}, required=None),
)
async def who_am_i(request: Request) -> dict[str, Any]:
    """The player, their wallets, and which features are open now."""
    who = await caller(request)
    return await me(container_of(request).house, PlayerCommand(**who.command_fields))
