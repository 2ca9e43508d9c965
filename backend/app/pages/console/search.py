"""Search for any id: whatever support is shown, it leads to the player."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.flows.find_anything import MOST, Hits, find_anything
from app.pages.console.doors import ConsoleRoute
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/console/search")
async def search(request: Request, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Everything that the id names; straight to the player when it can only be one."""
    who = await operator(request)
    text = q.strip()
    found = await find_anything(container_of(request).house, text) if text else Hits([], has_more=False)
    if len({hit.user_id for hit in found.items}) == 1:
        return RedirectResponse(f"/console/players/{found.items[0].user_id}", 303)
    return show(request, "search.html", who=who, asked=text, hits=found.items, has_more=found.has_more, most=MOST)
