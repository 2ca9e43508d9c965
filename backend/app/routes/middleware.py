"""What surrounds every request: security headers, one log line, one measurement."""

import time
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import AppError
from app.core.metrics import REQUEST_SECONDS, REQUESTS

# the API answers JSON: nothing in it may be framed, sniffed, cached or executed
API_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
REQUEST_ID = "X-Request-ID"
ENDS = "dojang.ends"
API_HEADER_NAMES = {name for name, _ in API_HEADERS}


def at_end(scope: MutableMapping[str, Any], end: Callable[[], None]) -> None:
    """Has something done when the request is over, however it ends. `end` must not fail."""
    scope.setdefault(ENDS, []).append(end)


class Surroundings:
    """Adds the security headers that the answer does not set itself; measures and logs every request.

    `body_limit` says how many bytes the body of a path may have. While `is_draining` says so, every answer is the last
    of its connection: the next request finds another process. `name_span` is told method and route of each request
    that is traced.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        is_draining: Callable[[], bool],
        log: Any | None,
        body_limit: Callable[[str], int],
        name_span: Callable[[str, str], None] | None = None,
    ) -> None:
        self._app, self._is_draining, self._log = app, is_draining, log
        self._body_limit, self._name_span = body_limit, name_span

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                own = {name for name, _ in headers} & API_HEADER_NAMES
                headers.extend(pair for pair in API_HEADERS if pair[0] not in own)
                if self._is_draining():
                    headers.append((b"connection", b"close"))
                if self._name_span is not None:  # now: the span ends with the answer
                    self._name_span(scope["method"], _template(scope))
            await send(message)

        try:
            await self._app(scope, self._limited(scope, receive), send_with_headers)
        finally:
            for end in scope.pop(ENDS, ()):
                end()
            self._note(scope, status, time.perf_counter() - started)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """Reads at most the allowed body: an announced length is refused unread, a growing one when it is too much.

        Starlette's own limit answers in plain text, past our error handlers.
        """
        taken, limit = 0, self._body_limit(scope["path"])
        announced = _announced_length(scope)

        async def receive_within_limit() -> Message:
            nonlocal taken
            message = await receive() if announced <= limit else {"type": "http.disconnect"}
            taken += len(message.get("body", b""))
            if max(taken, announced) > limit:
                raise AppError("BODY_TOO_LARGE", max_bytes=limit)
            return message

        return receive_within_limit

    def _note(self, scope: MutableMapping[str, Any], status: int, seconds: float) -> None:
        route, method = _template(scope), scope["method"]
        latency, answers = _measures(method, route, status)
        if "is_stream" not in scope:
            latency.observe(seconds)
        answers.inc()
        if self._log is not None:
            self._log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


@lru_cache(maxsize=4096)  # looking them up by their labels costs more than counting
def _measures(method: str, route: str, status: int) -> tuple[Histogram, Counter]:
    return REQUEST_SECONDS.labels(method, route), REQUESTS.labels(method, route, status)


def _template(scope: MutableMapping[str, Any]) -> str:
    """The route's template, so that ids in paths don't become metrics of their own."""
    return str(getattr(scope.get("route"), "path", "(none)"))


def _announced_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
