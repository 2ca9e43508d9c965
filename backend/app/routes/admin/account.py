"""Operators' own door: signing in, their second factor, their sign-ins. Behind the same addresses as the console."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from app.core.auth import ADMIN, OPS, SUPPORT, Principal
from app.flows.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    second_factor_state,
)
from app.flows.staff_sessions import end_staff_session, staff_sessions
from app.flows.staff_sign_in import StaffSignIn
from app.routes.admin.common import READ, write
from app.routes.bodies import one_kind, parse_body
from app.routes.deps import admin_act, container_of, request_id, staff
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.auth import Enrolment, FactorCode, OwnAccount, RecoveryCodes, StaffSessions, StaffSignInBody
from app.schemas.admin.players import WhyOnly
from app.schemas.auth import RefreshBody, TokenAnswer
from app.schemas.client import address_of, client_of

router = admin_router("", tag="admin: own account")
KINDS: dict[str, type[StaffSignInBody | RefreshBody]] = {"email": StaffSignInBody, "refresh_token": RefreshBody}
SessionId = Annotated[str, Path(min_length=1, max_length=36)]
OWN = "changed by the operator's own hand"
TOKEN_BODY = {
    "security": [{}],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"oneOf": [kind.model_json_schema() for kind in KINDS.values()]},
                "examples": {
                    "sign-in": {"value": {"email": "ops@example.com", "password": "…", "code": "492039"}},
                    "refresh": {"value": {"refresh_token": "kq3…"}},
                },
            }
        },
    },
}


@router.post(
    "/auth/token",
    operation_id="admin_get_token",
    response_model=TokenAnswer,
    openapi_extra=TOKEN_BODY,
    responses=problems(
        "VALIDATION_ERROR", "INVALID_CREDENTIALS", "SECOND_FACTOR_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED",
        "TOKEN_REVOKED", "RATE_LIMITED",
    ),
)  # fmt: skip
async def get_token(request: Request) -> dict[str, Any]:
    """Tokens for an operator, by password (and code) or by refresh token. Who guesses waits, and nobody else."""
    body: StaffSignInBody | RefreshBody = one_kind(KINDS, await request.body())
    container = container_of(request)
    if isinstance(body, RefreshBody):
        return await container.refresh(body.refresh_token, is_staff=True, request_id=request_id())
    return await container.staff_door.sign_in(
        StaffSignIn(
            login=body.email,
            password=body.password,
            code=body.code,
            address=address_of(request),
            client=client_of(request),
            request_id=request_id(),
        )
    )


@router.get("/me", operation_id="admin_me", response_model=OwnAccount, openapi_extra=READ)
async def who_am_i(request: Request) -> dict[str, Any]:
    """The operator: what they may, and whether a second factor is on."""
    who = await _own(request)
    state = await second_factor_state(container_of(request).house, who.subject)
    return {
        "login": who.subject,
        "scopes": sorted(who.scopes),
        "has_second_factor": state.is_on,
        "recovery_codes_left": state.recovery_codes_left,
    }


@router.get("/me/sessions", operation_id="admin_my_sessions", response_model=StaffSessions, openapi_extra=READ)
async def sessions(request: Request) -> dict[str, Any]:
    """The operator's own sign-ins that last."""
    who, container = await _own(request), container_of(request)
    return {"items": await staff_sessions(container.house, container.keys, who.subject)}


@router.post(
    "/me/sessions/{session_id}/end",
    operation_id="admin_end_my_session",
    status_code=204,
    response_model=None,
    openapi_extra=write(WhyOnly),
    responses=problems("VALIDATION_ERROR", "NOT_FOUND"),
)
async def end_session(request: Request, session_id: SessionId) -> Response:
    """Ends one of the operator's own sign-ins at once."""
    who, container = await _own(request), container_of(request)
    act = admin_act(who, parse_body(WhyOnly, await request.body()).reason)
    await end_staff_session(container.house, container.keys, act, who.subject, session_id)
    return Response(status_code=204)


@router.post(
    "/me/second-factor",
    operation_id="admin_begin_second_factor",
    response_model=Enrolment,
    openapi_extra=write(WhyOnly),
    responses=problems("VALIDATION_ERROR", "SECOND_FACTOR_ON"),
)
async def begin(request: Request) -> Any:
    """A new secret for the authenticator. It counts once `confirm` was shown a code of it."""
    who, container = await _own(request), container_of(request)
    act = admin_act(who, parse_body(WhyOnly, await request.body()).reason)
    return await begin_second_factor(container.house, container.keys, act)


@router.post(
    "/me/second-factor/confirm",
    operation_id="admin_confirm_second_factor",
    response_model=RecoveryCodes,
    openapi_extra=write(FactorCode),
    responses=problems("VALIDATION_ERROR", "SECOND_FACTOR_ON", "NOT_FOUND"),
)
async def confirm(request: Request) -> dict[str, Any]:
    """Has the code asked for at each sign-in from now on; returns the recovery codes."""
    who, container = await _own(request), container_of(request)
    body = parse_body(FactorCode, await request.body())
    act, keys = admin_act(who, OWN), container.keys
    codes = await confirm_second_factor(container.house, keys, act, body.code)
    return {"recovery_codes": codes}


@router.post(
    "/me/second-factor/remove",
    operation_id="admin_drop_second_factor",
    status_code=204,
    response_model=None,
    openapi_extra=write(FactorCode),
    responses=problems("VALIDATION_ERROR", "NOT_FOUND"),
)
async def drop(request: Request) -> Response:
    """Takes the own second factor away, against a code of it."""
    who, container = await _own(request), container_of(request)
    body = parse_body(FactorCode, await request.body())
    act, keys = admin_act(who, OWN), container.keys
    await drop_second_factor(container.house, keys, act, body.code)
    return Response(status_code=204)


async def _own(request: Request) -> Principal:
    return await staff(request, ADMIN, OPS, SUPPORT)
