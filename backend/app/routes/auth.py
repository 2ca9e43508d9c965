"""Signing in and out, and the player's own face."""

import json
from typing import Any

from fastapi import Request, Response

from app.core.auth import PLAYER, STAFF_SCOPES
from app.core.errors import invalid
from app.flows.me import me
from app.flows.refresh_sign_in import refresh_sign_in
from app.flows.sign_in import SignIn
from app.flows.sign_out import sign_out
from app.flows.staff_sign_in import staff_sign_in
from app.flows.steps.commands import PlayerCommand
from app.routes.bodies import parse_body
from app.routes.deps import caller, container_of, principal_of, request_id, require_host
from app.routes.doors import api_router
from app.routes.openapi import API_KEY, keyed, problems
from app.schemas.auth import HostExchangeBody, Me, RefreshBody, StaffSignInBody, TokenAnswer

router = api_router(tag="auth")
# which field makes a body of which kind
KINDS: dict[str, type[HostExchangeBody | RefreshBody | StaffSignInBody]] = {
    "external_id": HostExchangeBody,
    "refresh_token": RefreshBody,
    "email": StaffSignInBody,
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
                    "staff": {"value": {"email": "ops@example.com", "password": "…"}},
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
        "VALIDATION_ERROR", "AUTH_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED", "INVALID_CREDENTIALS",
        "SCOPE_REQUIRED", "USER_BLOCKED",
    ),
    openapi_extra=TOKEN_BODY,
)  # fmt: skip
async def get_token(request: Request) -> dict[str, Any]:
    """Tokens, for exactly one of: a player that a host vouches for (X-API-Key), a refresh token, an operator."""
    body = _one_kind(await request.body())
    container = container_of(request)
    if isinstance(body, RefreshBody):
        return await refresh_sign_in(container.house, container.keys, body.refresh_token, request_id=request_id())
    if isinstance(body, StaffSignInBody):
        return await staff_sign_in(
            container.house,
            container.keys,
            container.passwords,
            login=body.email,
            password=body.password,
            request_id=request_id(),
        )
    vouching = await container.authenticator.host((await require_host(request)).host_code)
    return await container.sign_ins.submit(
        SignIn(host=vouching, external_id=body.external_id, nickname=body.nickname, request_id=request_id())
    )


@router.post(
    "/auth/logout",
    operation_id="log_out",
    status_code=204,
    response_model=None,
    responses=problems("AUTH_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED", "SCOPE_REQUIRED"),
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


def _one_kind(raw: bytes) -> HostExchangeBody | RefreshBody | StaffSignInBody:
    """The validated body. Nothing here may be read in two ways: a repeated field or a mixture of kinds is refused."""
    try:
        pairs = json.loads(raw, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise invalid(("(body)", "not JSON")) from None
    names = [pair[0] for pair in pairs if isinstance(pair, tuple)] if isinstance(pairs, list) else []
    kinds = [KINDS[name] for name in names if name in KINDS]
    if len(kinds) != 1 or len(set(names)) != len(names):
        raise invalid(("(body)", "exactly one of external_id, refresh_token, or email with password; no field twice"))
    return parse_body(kinds[0], raw)
