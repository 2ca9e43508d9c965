"""A page for addresses that lead nowhere, for people; programs keep their problem document."""

from fastapi import Request, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from app.core.errors import AppError
from app.pages.player.doors import refused

NOT_OURS = ("/api", "/health", "/static", "/assets", "/docs", "/openapi.json", "/console")


class LostRoute(Route):
    """Matches a browser's look at any other address, and nothing else: a wrong method stays what it is."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or scope["path"].startswith(NOT_OURS):
            return Match.NONE, {}
        accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
        return super().matches(scope) if b"text/html" in accept else (Match.NONE, {})


async def lost(request: Request) -> Response:
    """There is nothing here, and the way back."""
    return refused(request, AppError("NOT_FOUND"))


LOST = LostRoute("/{path:path}", lost, include_in_schema=False)
