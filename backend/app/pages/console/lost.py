"""Any other address of the console."""

from fastapi import APIRouter, Request, Response

from app.core.errors import AppError
from app.domain.config_fields import PathName
from app.pages.console.doors import ConsoleRoute, refused
from app.pages.console.operator import operator

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/console/{path:path}")
async def lost(request: Request, path: PathName) -> Response:
    """There is nothing here; whoever is not signed in is not told so."""
    await operator(request)
    return refused(request, AppError("NOT_FOUND"))
