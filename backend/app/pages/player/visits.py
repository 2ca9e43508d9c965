"""Noting which pages were opened, after the answer has left."""

import structlog
from fastapi import Request, Response
from starlette.background import BackgroundTask

from app.core.errors import AppError
from app.flows.player_reads import enter_page
from app.flows.steps.commands import PlayerCommand
from app.pages.session import Visitor, container_of
from app.services import House

log = structlog.get_logger()


def note_visit(request: Request, response: Response, who: Visitor, page: str) -> Response:
    """The same answer, which writes ENTER_PAGE once it has been sent. A script's look at the page is no visit."""
    if request.headers.get("sec-fetch-dest", "document") in ("document", "iframe"):
        query = PlayerCommand(**who.command_fields)
        response.background = BackgroundTask(_note, container_of(request).house, query, page)
    return response


async def _note(house: House, query: PlayerCommand, page: str) -> None:
    try:
        await enter_page(house, query, page)
    except AppError as refusal:  # the player has their page; a note is not worth an error
        log.warning("visit_not_noted", page=page, code=refusal.code)
