"""Who is looking: our own tokens in cookies that no script can read and no other site can send."""

from dataclasses import dataclass
from typing import Any

from asgi_correlation_id import correlation_id
from fastapi import Request, Response

from app.container import Container
from app.core.auth import PLAYER, Principal
from app.core.claims import note_refused_token
from app.core.errors import AppError
from app.flows.steps.commands import PlayerCommand
from app.pages.cookies import delete_cookie, read_cookie, set_cookie

ACCESS, REFRESH = "dojang_access", "dojang_refresh"


@dataclass(frozen=True, slots=True)
class Cookies:
    """Where a kind of sign-in keeps its tokens, and which pages get to see them over plain http."""

    access: str
    refresh: str
    path: str
    is_staff: bool = False


PLAYERS = Cookies(ACCESS, REFRESH, "/")
# a sign-in that another site's page began waits here for a step of our own (see player/change.py)
OFFERED = Cookies("dojang_offered_access", "dojang_offered_refresh", "/")
OFFERED_SECONDS = 300
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
    """The player who looks or acts, noted as being there; raises AUTH_REQUIRED when there is none, RATE_LIMITED."""
    who = await signed_in(request)
    container_of(request).rate_limits.spend(who.user_id, request.scope["route"].path, request.method)
    await container_of(request).presence.note(PlayerCommand(**who.command_fields))
    return who


async def signed_in(request: Request) -> Visitor:
    """The player behind the cookies, blocked or not; raises AUTH_REQUIRED when there is none.

    Flows check blocks and sign-outs with the player's row.
    """
    principal = await bearer(request, PLAYERS)
    principal.require_scope(PLAYER)
    request_id = correlation_id.get()
    user_id = await container_of(request).authenticator.player_id(principal, request_id=request_id)
    return Visitor(user_id, principal, request_id)


async def bearer(request: Request, cookies: Cookies) -> Principal:
    """Whoever is behind these cookies; raises AUTH_REQUIRED when nobody is.

    An access token that has expired is renewed by the refresh token, as an API client would do it; the new pair leaves
    with the answer.
    """
    try:
        return await holder(request, cookies) or await _renewed(request, cookies)
    except AppError as refusal:
        offered = await holder(request, OFFERED) if cookies is PLAYERS and refusal.code == "AUTH_REQUIRED" else None
        if offered is None:
            raise
        take_offered(request)
        return offered


async def holder(request: Request, cookies: Cookies) -> Principal | None:
    """Who the access token of these cookies speaks for; None when there is none, or it is of no use any more."""
    token = read_cookie(request, cookies.access)
    if not token:
        return None
    try:
        return await container_of(request).authenticator.principal(token)
    except AppError as refusal:
        if refusal.code not in ENDED:
            raise
        if refusal.code != "TOKEN_EXPIRED":  # that is how each quarter of an hour ends
            note_refused_token(refusal)
        return None


async def _renewed(request: Request, cookies: Cookies) -> Principal:
    token = read_cookie(request, cookies.refresh)
    if not token:
        raise AppError("AUTH_REQUIRED")
    container = container_of(request)
    try:
        session = await container.refresh(token, is_staff=cookies.is_staff, request_id=correlation_id.get())
    except AppError as refusal:
        note_refused_token(refusal)
        raise (AppError("AUTH_REQUIRED") if refusal.code in ENDED else refusal) from None
    remember_session(request, session)
    return await container.authenticator.principal(session["access_token"])


def remember_session(request: Request, session: dict[str, Any]) -> None:
    """Has the answer to this request carry a sign-in's tokens."""
    request.state.session = session


def offer_session(request: Request, session: dict[str, Any]) -> None:
    """Has the answer carry a sign-in that waits for a step of our own, and leaves the present one alone."""
    request.state.offered = session


def take_offered(request: Request) -> None:
    """Makes the sign-in that waits the present one."""
    access, refresh = read_cookie(request, OFFERED.access), read_cookie(request, OFFERED.refresh)
    remember_session(request, {"access_token": access, "refresh_token": refresh or ""})
    drop_offered(request)


def drop_offered(request: Request) -> None:
    """Has the answer take away the sign-in that waits."""
    request.state.offered = None


def forget_session(request: Request) -> None:
    """Has the answer to this request take the tokens away."""
    request.state.session = None


def write_session(request: Request, response: Response, cookies: Cookies) -> None:
    """Sets or deletes the cookies, if this request changed them."""
    settings = container_of(request).settings
    if hasattr(request.state, "session"):
        lives = (settings.access_ttl_seconds, settings.refresh_ttl_seconds)
        _write(request, response, cookies, request.state.session, lives)
    if hasattr(request.state, "offered"):
        _write(request, response, OFFERED, request.state.offered, (OFFERED_SECONDS, OFFERED_SECONDS))


def _write(
    request: Request, response: Response, cookies: Cookies, session: dict[str, Any] | None, lives: tuple[int, int]
) -> None:
    kinds = ((cookies.access, "access_token"), (cookies.refresh, "refresh_token"))
    for (name, kind), seconds in zip(kinds, lives, strict=True):
        if session is None:
            delete_cookie(request, response, name, path=cookies.path)
        else:
            set_cookie(request, response, name, session[kind], seconds=seconds, path=cookies.path)
