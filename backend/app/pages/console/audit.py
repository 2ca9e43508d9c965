"""A8, the audit log: every write of an operator, with what stood before and after."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.pages.console.doors import ConsoleRoute
from app.pages.console.forms import LINES, After
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/console/audit")
async def audit(request: Request, target: Annotated[str, Query(max_length=200)] = "", after: After = None) -> Response:
    """Newest first, of everything or of one target."""
    who = await operator(request)
    rows = await container_of(request).house.read(
        lambda keepers: keepers.audit.page(target=target.strip() or None, after=after, limit=LINES)
    )
    return show(request, "audit.html", who=who, found=page(rows, LINES), target=target.strip(), after=after)
