"""What routes ask of a request: who is calling, with which idempotency key, for which version."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import Request
from pydantic import TypeAdapter

from app.container import HOST_LIMIT, Container
from app.core.auth import HOST, PLAYER, STAFF_SCOPES, Principal
from app.core.errors import AppError, invalid, refused_token
from app.core.host_gate import HostGate
from app.flows.steps.commands import IdempotencyKey, PlayerCommand
from app.flows.steps.once import KeyedAct
from app.routes.doors import PREFIX
from app.routes.middleware import at_end
from app.services.audit_service import AdminAct

VISIBLE_ASCII = re.compile(r"[!-~]{1,128}")
SHORT_BODY_BYTES = 256  # bodies of hot routes are the same few, many of them empty: their fingerprints are remembered
ENTITY_TAG = re.compile(r'"(\d{1,9})"')


@dataclass(frozen=True, slots=True)
class Caller:
    """The player behind a request."""

    user_id: int
    principal: Principal
    request_id: str | None

    @property
    def command_fields(self) -> dict[str, Any]:
        """What every PlayerCommand takes from the caller."""
        return {
            "user_id": self.user_id,
            "session_id": self.principal.session_id,
            "issued_at": self.principal.issued_at,
            "request_id": self.request_id,
        }


def container_of(request: Request) -> Container:
    """Everything the process shares."""
    container: Container = request.app.state.container
    return container


def request_id() -> str | None:
    """The id that logs, answers and the audit share."""
    return correlation_id.get()


def bearer(request: Request) -> str:
    """The bearer token; raises AUTH_REQUIRED when there is none."""
    values = request.headers.getlist("authorization")
    if not values:
        raise AppError("AUTH_REQUIRED")
    scheme, _, token = values[0].partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise AppError("AUTH_REQUIRED")
    if len(values) > 1:
        raise refused_token("several_tokens")  # two readers of this request could believe two different ones
    return token.strip()


async def principal_of(request: Request) -> Principal:
    """The verified bearer, of any scope."""
    return await container_of(request).authenticator.principal(bearer(request))


async def caller(request: Request) -> Caller:
    """The player; raises SCOPE_REQUIRED for other bearers, RATE_LIMITED for who asks too often.

    Flows check blocks and sign-outs with the player's row.
    """
    principal = await principal_of(request)
    principal.require_scope(PLAYER)
    known_as = request_id()
    user_id = await container_of(request).authenticator.player_id(principal, request_id=known_as)
    route = request.scope["route"]
    container_of(request).rate_limits.spend(user_id, route.operation_id or route.path, request.method)
    who = Caller(user_id, principal, known_as)
    await container_of(request).presence.note(PlayerCommand(**who.command_fields))
    return who


async def scopes_now(request: Request, principal: Principal) -> frozenset[str]:
    """The scopes that count at this moment: staff scopes are read again from the operator's row.

    For player routes that give staff more (an XP bonus); staff routes use `staff`.
    """
    if not principal.scopes & STAFF_SCOPES:
        return principal.scopes
    return (await container_of(request).authenticator.staff(principal)).scopes


async def staff(request: Request, *accepted: str) -> Principal:
    """The operator, read again at each call; raises SCOPE_REQUIRED, or TOKEN_REVOKED when their rights were ended."""
    principal = await container_of(request).authenticator.staff(await principal_of(request))
    principal.require_scope(*accepted)
    return principal


async def require_host(request: Request) -> Principal:
    """The host's server, by `X-API-Key` or by a token with scope host, when it is its turn. Also a dependency.

    The turn lasts until the request ends. Raises RATE_LIMITED for a host that calls too often or too much at once.
    """
    return await _in_turn(request, container_of(request).host_gate)


async def vouching_host(request: Request) -> Principal:
    """As `require_host`, for calls that share transactions: more of them go on side by side."""
    return await _in_turn(request, container_of(request).sign_in_gate)


async def _in_turn(request: Request, gate: HostGate) -> Principal:
    principal = await _host_of(request)
    code = principal.host_code
    container_of(request).rate_limits.spend(0, f"{HOST_LIMIT}:{code}", HOST_LIMIT)
    at_end(request.scope, await gate.enter(code))
    return principal


async def _host_of(request: Request) -> Principal:
    keys = request.headers.getlist("x-api-key")
    if len(keys) > 1:
        raise refused_token("several_api_keys")
    if keys:
        return await container_of(request).authenticator.api_key(keys[0])
    principal = await principal_of(request)
    principal.require_scope(HOST)
    return principal


def require_staff(*accepted: str) -> Callable[[Request], Awaitable[Principal]]:
    """The dependency for admin routes: `Annotated[Principal, Depends(require_staff("admin"))]`."""

    async def dependency(request: Request) -> Principal:
        return await staff(request, *accepted)

    return dependency


def admin_act(principal: Principal, reason: str, players_who_lose: int | None = None) -> AdminAct:
    """Who writes as an operator, why, and how many players may lose by it."""
    return AdminAct(principal.actor, reason, request_id(), players_who_lose)


def keyed_act(
    request: Request,
    principal: Principal,
    reason: str,
    raw: bytes,
    answer: Any,
    *,
    status: int = 200,
    players_who_lose: int | None = None,
    **more: Any,
) -> KeyedAct:
    """Who writes as an operator, and why, once per Idempotency-Key; raises IDEMPOTENCY_KEY_REQUIRED without one.

    `answer` is the model that the stored answer has; `more` goes to its `dump_json`.
    """
    adapter = _adapter(answer)

    def render(row: Any) -> bytes:
        return adapter.dump_json(adapter.validate_python(row, from_attributes=True), by_alias=True, **more)

    act, key = admin_act(principal, reason), required_idempotency_key(request, raw)
    return KeyedAct(act.actor, act.reason, act.request_id, players_who_lose, key=key, render=render, status=status)


_adapter: Callable[[Any], TypeAdapter[Any]] = lru_cache(maxsize=64)(TypeAdapter)


def idempotency_key(request: Request, body: bytes) -> IdempotencyKey | None:
    """The client's key with the request's fingerprint; None without one. Raises IDEMPOTENCY_KEY_REQUIRED if malformed.

    The fingerprint is over method, route, path parameters and the body's meaning: spaces and the order of fields
    don't make another request.
    """
    values = request.headers.getlist("idempotency-key")
    if not values:
        return None
    if len(values) > 1 or not VISIBLE_ASCII.fullmatch(values[0]):
        raise AppError("IDEMPOTENCY_KEY_REQUIRED")
    route = request.scope["route"].path_format.removeprefix(PREFIX)  # as in the fingerprints that are stored
    fingerprint = _known_fingerprint if len(body) <= SHORT_BODY_BYTES else _fingerprint
    return IdempotencyKey(values[0], fingerprint(request.method, route, tuple(request.path_params.items()), body))


def required_idempotency_key(request: Request, body: bytes) -> IdempotencyKey:
    """As `idempotency_key`, where there must be one."""
    key = idempotency_key(request, body)
    if key is None:
        raise AppError("IDEMPOTENCY_KEY_REQUIRED")
    return key


def _fingerprint(method: str, route: str, params: tuple[tuple[str, Any], ...], body: bytes) -> str:
    return hashlib.sha256(json.dumps([method, route, sorted(params), _meaning(body)]).encode()).hexdigest()


_known_fingerprint = lru_cache(maxsize=1024)(_fingerprint)


def _meaning(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body or b"{}"), sort_keys=True)
    except (ValueError, RecursionError):
        return hashlib.sha256(body).hexdigest()  # no JSON: the route will refuse it


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version that the client means to change; None for `*`, any version.

    Raises PRECONDITION_REQUIRED without an If-Match header, VALIDATION_ERROR for one that names no version of ours.
    """
    values = request.headers.getlist("if-match")
    if not values:
        raise AppError("PRECONDITION_REQUIRED")
    if values == ["*"]:
        return None
    match = ENTITY_TAG.fullmatch(values[0].strip()) if len(values) == 1 else None
    if match is None:
        raise invalid(("If-Match", "one version in quotes, as the ETag gave it, or *"))
    return int(match[1])
