"""Paths that no route may have: a pattern that ends in `$` lets one line break through, a proxy in front does not."""

import re

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.core.errors import AppError

UNREADABLE = re.compile(r"[\x00-\x1f\x7f\\]")


class UnreadablePaths(BaseRoute):
    """Matches every path with a control character or a backslash, and answers NOT_FOUND. Comes before all others."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_unreadable = scope["type"] == "http" and UNREADABLE.search(scope["path"])
        return (Match.FULL, {}) if is_unreadable else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise AppError("NOT_FOUND")
