"""Which other sites' pages may read answers. A preflight that is refused is a problem like every other refusal."""

from fastapi import Request, Response
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.core.errors import AppError
from app.routes.error_handlers import problem

# what scripts of other origins may send, and what they may read
TAKEN_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Accept-Language", "Last-Event-ID")
EXPOSED_HEADERS = ("X-Request-ID", "ETag", "Idempotency-Replayed", "Retry-After", "RateLimit", "RateLimit-Policy")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAID_BEFORE = "Disallowed CORS "  # then Starlette lists origin, method, headers


class Cors(CORSMiddleware):
    """Starlette's own, whose refusal of a preflight is plain text."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a preflight: 200, or CORS_REFUSED naming what was not allowed."""
        response = super().preflight_response(request_headers)
        return response if response.status_code < 400 else RefusedPreflight(response)


class RefusedPreflight(Response):
    """Says as a problem what Starlette found, in the reader's language; its headers stay."""

    def __init__(self, found: Response) -> None:
        super().__init__(status_code=found.status_code)
        said = bytes(found.body).decode().removeprefix(SAID_BEFORE)
        self._parts = said.split(", ")
        self._kept = {name: value for name, value in found.headers.items() if not name.startswith("content-")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = AppError("CORS_REFUSED", fields=[{"field": part, "reason": "not allowed"} for part in self._parts])
        await problem(Request(scope), refusal, self._kept)(scope, receive, send)
