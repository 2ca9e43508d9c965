"""Who is looking: our own tokens in cookies that no script can read and no other site can send."""

from dataclasses import dataclass
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import Request, Response

from app.container import Container
from app.core.auth import PLAYER, Principal
from app.core.errors import AppError
from app.flows.refresh_sign_in import refresh_sign_in

ACCESS, REFRESH = "dojang_access", "dojang_refresh"
# what says that a cookie is of no use any more, as opposed to "not now"
ENDED = frozenset({"TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED", "AUTH_REQUIRED", "SCOPE_REQUIRED"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """The player who is looking."""

    user_id: int
    principal: Principal
    request_id: str | None

    @property
    def command_fields(self) -> dict[str, Any]:
        """What every PlayerCommand takes from the visitor."""
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


async def visitor(request: Request) -> Visitor:
    """The player behind the cookies; raises AUTH_REQUIRED when there is none.

    An access token that has expired is renewed by the refresh token, as an API client would do it; the new pair leaves
    with the answer. Flows check blocks and sign-outs with the player's row.
    """
    token = request.cookies.get(ACCESS)
    principal = await _principal(request, token) if token else None
    if principal is None:
        principal = await _renewed(request)
    principal.require_scope(PLAYER)
    request_id = correlation_id.get()
    user_id = await container_of(request).authenticator.player_id(principal, request_id=request_id)
    return Visitor(user_id, principal, request_id)


async def _principal(request: Request, token: str) -> Principal | None:
    try:
        return await container_of(request).authenticator.principal(token)
    except AppError as refusal:
        if refusal.code in ENDED:
            return None
        raise


async def _renewed(request: Request) -> Principal:
    token = request.cookies.get(REFRESH)
    if not token:
        raise AppError("AUTH_REQUIRED")
    container = container_of(request)
    try:
        session = await refresh_sign_in(container.house, container.keys, token, request_id=correlation_id.get())
    except AppError as refusal:
        raise (AppError("AUTH_REQUIRED") if refusal.code in ENDED else refusal) from None
    remember_session(request, session)
    return await container.authenticator.principal(session["access_token"])


def remember_session(request: Request, session: dict[str, Any]) -> None:
    """Has the answer to this request carry a sign-in's tokens."""
    request.state.session = session


def forget_session(request: Request) -> None:
    """Has the answer to this request take the tokens away."""
    request.state.session = None


def write_session(request: Request, response: Response) -> None:
    """Sets or deletes the cookies, if this request changed them."""
    if not hasattr(request.state, "session"):
        return
    session, is_https = request.state.session, request.url.scheme == "https"
    if session is None:
        for name in (ACCESS, REFRESH):
            response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=is_https)
        return
    settings = container_of(request).settings
    lives = {ACCESS: settings.access_ttl_seconds, REFRESH: settings.refresh_ttl_seconds}
    tokens = {ACCESS: session["access_token"], REFRESH: session["refresh_token"]}
    for name, token in tokens.items():
        response.set_cookie(
            name, token, max_age=lives[name], path="/", httponly=True, samesite="strict", secure=is_https
        )
