"""P5, the way in and out. A host's page posts its player's token here; the demo lets one choose a player."""

from typing import Annotated, Any

from asgi_correlation_id import correlation_id
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.core.auth import PLAYER
from app.core.claims import MAX_TOKEN_LENGTH
from app.core.errors import AppError
from app.flows.me import require_allowed
from app.flows.seed_demo import DEMO_PLAYERS
from app.flows.sign_in import SignIn
from app.flows.sign_out import sign_out
from app.flows.steps.commands import PlayerCommand
from app.pages.origin import is_foreign, require_own_page
from app.pages.player.change import PLACE, is_free_for
from app.pages.player.doors import HandOffRoute, PageRoute
from app.pages.player.look import show
from app.pages.session import (
    ENDED,
    Visitor,
    container_of,
    drop_offered,
    forget_session,
    offer_session,
    remember_session,
    signed_in,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
hand_off_router = APIRouter(route_class=HandOffRoute, include_in_schema=False)
Token = Annotated[str, Form(max_length=MAX_TOKEN_LENGTH)]
DemoPlayerId = Annotated[str, Form(max_length=100)]


@router.get("/enter")
async def way_in(request: Request) -> Response:
    """Where people land who are not signed in."""
    is_demo = container_of(request).settings.env == "demo"
    return show(request, "enter.html", players=DEMO_PLAYERS if is_demo else ())


@hand_off_router.post("/enter")
async def enter(request: Request, token: Token = "", player: DemoPlayerId = "") -> Response:
    """Turns a short-lived player token into a sign-in of its own, which our next page takes (see change.py).

    The answer is a page that goes on by itself, not a redirect: a browser sends Strict cookies only when the step was
    ours, and a redirect would still be the other site's.
    """
    if player:
        require_own_page(request)
        remember_session(request, await _sign_in(request, "main", _demo_player(request, player)))
        return RedirectResponse("/", 303)
    principal = await container_of(request).authenticator.principal(token)
    principal.require_scope(PLAYER)
    request_id = correlation_id.get()
    user_id = await container_of(request).authenticator.player_id(principal, request_id=request_id)
    container_of(request).rate_limits.spend(user_id, "get_token", request.method)
    bearer = PlayerCommand(**Visitor(user_id, principal, request_id).command_fields)
    await require_allowed(container_of(request).house, bearer)
    session = await _sign_in(request, principal.host_code, principal.subject)
    if not is_foreign(request) and await is_free_for(request, user_id):
        remember_session(request, session)
        return show(request, "entering.html", next="/")
    offer_session(request, session)
    return show(request, "entering.html", next=PLACE)


def _demo_player(request: Request, external_id: str) -> str:
    known = {demo.external_id for demo in DEMO_PLAYERS}
    if container_of(request).settings.env != "demo" or external_id not in known:
        raise AppError("NOT_FOUND")
    return external_id


async def _sign_in(request: Request, host_code: str, external_id: str) -> dict[str, Any]:
    container = container_of(request)
    host = await container.authenticator.host(host_code)
    return await container.sign_ins.submit(
        SignIn(host=host, external_id=external_id, nickname=None, request_id=correlation_id.get())
    )


@router.post("/sign-out")
async def leave(request: Request) -> Response:
    """Ends this sign-in everywhere, and takes the cookies away even if it had ended before."""
    container = container_of(request)
    try:
        who = await signed_in(request)
        container.rate_limits.spend(who.user_id, "log_out", request.method)
        await sign_out(container.house, container.keys, who.principal, user_id=who.user_id, request_id=who.request_id)
    except AppError as refusal:
        if refusal.code not in ENDED | {"HOST_DISABLED"}:  # who leaves may leave: nobody holds the cookie any more
            raise
    forget_session(request)
    drop_offered(request)  # or the next page would let in whoever another site has sent
    return RedirectResponse("/enter", 303)
