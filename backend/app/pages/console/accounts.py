"""A4, accounts: a player's other id, and two accounts that become one. A merge is shown before anybody signs it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from app.core.auth import ADMIN, SUPPORT
from app.core.errors import AppError
from app.domain.config_fields import parse_config
from app.flows.admin_reads import player_detail
from app.flows.merge_players import Merge, merge_players
from app.flows.rename_player import rename_player
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import Id, Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.players import RenameBody

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False, prefix="/console/players/{user_id}")
MOST = 2**63 - 1
Text = Annotated[str, Form(max_length=100)]


@router.post("/rename")
async def rename(
    request: Request,
    user_id: Id,
    *,
    new_external_id: Text,
    reason: Reason,
    keep_old_id: Annotated[bool, Form()] = False,
) -> Response:
    """Gives the player another id, as their host would. Support may, too."""
    back = request.state.back = f"/console/players/{user_id}"
    who = await operator(request, ADMIN, SUPPORT)
    container = container_of(request)
    document = {"new_external_id": new_external_id, "keep_old_id": keep_old_id}
    wanted = parse_config(RenameBody, document, "VALIDATION_ERROR")
    await rename_player(
        container.house,
        who.act(reason),
        user_id,
        wanted.new_external_id,
        keeps_old=wanted.keep_old_id,
        tokens_now=container.keys.now(),
    )
    return done(request, back)


@router.get("/merge")
async def preview(request: Request, user_id: Id, into: Annotated[int, Query(ge=1, le=MOST)]) -> Response:
    """What would become of both accounts, before anybody signs it."""
    request.state.back = f"/console/players/{user_id}"
    who = await operator(request, ADMIN, SUPPORT)
    container = container_of(request)
    if into == user_id:
        raise AppError("USER_NOT_FOUND")
    source, target = [await player_detail(container.house, one) for one in (user_id, into)]
    wanted = Merge(user_id, into, container.keys.now(), is_preview=True)
    outcome = await merge_players(container.house, who.act("preview"), wanted)
    return show(request, "merge.html", who=who, source=source, target=target, outcome=outcome)


@router.post("/merge")
async def merge(
    request: Request, user_id: Id, *, into: Annotated[int, Form(ge=1, le=MOST)], reason: Reason
) -> Response:
    """Makes this account part of the other player's. It can't be undone."""
    request.state.back = f"/console/players/{user_id}"
    who = await operator(request, ADMIN, SUPPORT)
    container = container_of(request)
    if into == user_id:
        raise AppError("USER_NOT_FOUND")
    await merge_players(container.house, who.act(reason), Merge(user_id, into, container.keys.now()))
    return done(request, f"/console/players/{into}")
