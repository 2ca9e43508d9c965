"""The last step of a hand-off, on a page of ours: whoever is signed in already is asked before somebody else is.

The post of a host's page brings no Strict cookies with it, so whether somebody is signed in shows only one step later.
Until then the new sign-in waits in cookies of its own, for some minutes.
"""

from typing import Annotated, Literal

from asgi_correlation_id import correlation_id
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.core.auth import PLAYER
from app.core.errors import AppError
from app.flows.me import name_of
from app.flows.sign_out import sign_out
from app.flows.steps.commands import PlayerCommand
from app.pages.player.doors import PageRoute
from app.pages.player.look import show
from app.pages.session import (
    ENDED,
    OFFERED,
    Visitor,
    container_of,
    drop_offered,
    holder,
    signed_in,
    take_offered,
)

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PLACE = "/enter/change"
# whoever can do nothing with their sign-in any more is not asked whether they would like to keep it
OVER = ENDED | {"HOST_DISABLED", "USER_BLOCKED", "USER_NOT_FOUND"}


async def is_free_for(request: Request, user_id: int) -> bool:
    """Whether nobody else is signed in, as far as this request shows."""
    present = await _present(request)
    return present is None or present.user_id == user_id


@router.get(PLACE)
async def ask(request: Request) -> Response:
    """Takes the sign-in that waits; where somebody else is signed in, asks them first. Writes no row."""
    offered = await _offered(request)
    if offered is None:
        return RedirectResponse("/", 303)
    container_of(request).rate_limits.spend(offered.user_id, PLACE, "GET")
    present = await _present(request)
    if present is None or present.user_id == offered.user_id:
        return _take(request)
    house = container_of(request).house
    return show(
        request,
        "change.html",
        present=await name_of(house, PlayerCommand(**present.command_fields)),
        offered=await name_of(house, PlayerCommand(**offered.command_fields)),
        to=offered.user_id,
    )


@router.post(PLACE)
async def change(
    request: Request,
    choice: Annotated[Literal["change", "stay"], Form()],
    to: Annotated[int, Form(ge=1, le=2**63 - 1)],
) -> Response:
    """Ends one of the two sign-ins: the present one, or the one that waits. `to` is who was named on the page."""
    offered = await _offered(request)
    if offered is None:
        return RedirectResponse("/", 303)
    container_of(request).rate_limits.spend(offered.user_id, PLACE, "POST")
    if offered.user_id != to:  # another hand-off came meanwhile: the page names another player now
        return RedirectResponse(PLACE, 303)
    if choice == "stay":
        await _end(request, offered)
        drop_offered(request)
        return RedirectResponse("/", 303)
    present = await _present(request)
    if present is not None and present.user_id != offered.user_id:
        await _end(request, present)
    return _take(request)


async def _offered(request: Request) -> Visitor | None:
    principal = await holder(request, OFFERED)
    if principal is None or PLAYER not in principal.scopes:
        return None
    request_id = correlation_id.get()
    user_id = await container_of(request).authenticator.player_id(principal, request_id=request_id)
    return Visitor(user_id, principal, request_id)


async def _present(request: Request) -> Visitor | None:
    """Who is signed in and could go on; None for nobody."""
    try:
        who = await signed_in(request)
        await name_of(container_of(request).house, PlayerCommand(**who.command_fields))
    except AppError as refusal:
        if refusal.code not in OVER:
            raise
        return None
    return who


def _take(request: Request) -> Response:
    take_offered(request)
    return RedirectResponse("/", 303)


async def _end(request: Request, who: Visitor) -> None:
    container = container_of(request)
    try:
        await sign_out(container.house, container.keys, who.principal, user_id=who.user_id, request_id=who.request_id)
    except AppError as refusal:
        if refusal.code not in OVER:
            raise
