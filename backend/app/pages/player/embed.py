"""The small board for a host's own page, framed by nobody but the origins that the host was given."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.core.errors import AppError
from app.flows.event_home import event_home
from app.flows.steps.commands import PlayerCommand
from app.pages.player.doors import PageRoute
from app.pages.player.home import render_home
from app.pages.player.look import show
from app.pages.session import ENDED, container_of, visitor

router = APIRouter(route_class=PageRoute, include_in_schema=False)
HostCode = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$")]


@router.get("/embed/{host}")
async def embed(request: Request, host: HostCode) -> Response:
    """The board as a card. Strict cookies reach us only in a frame of the same site: elsewhere it is an invitation."""
    container = container_of(request)
    if await container.authenticator.is_disabled(host):
        raise AppError("HOST_DISABLED")
    ancestors = container.settings.embed_ancestors.get(host, ())
    try:
        who = await visitor(request)
    except AppError as refusal:
        if refusal.code not in ENDED:
            raise
        return show(request, "embed_invitation.html", ancestors=ancestors)
    seen = await event_home(container.house, PlayerCommand(**who.command_fields))
    return render_home(request, who, seen, template="embed.html", ancestors=ancestors)
