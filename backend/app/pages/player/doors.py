"""The route of a page: only our own pages may post to it, refusals become pages, and cookies leave with the answer."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from app.core.errors import AppError, Kind
from app.core.languages import KOREAN
from app.core.metrics import REFUSALS
from app.pages.flash import set_flash
from app.pages.origin import local_path, require_own_page
from app.pages.player.closed import closed_page
from app.pages.reader import language_of
from app.pages.session import ENDED, PLAYERS, forget_session, write_session
from app.schemas.late_route import LateRoute
from app.schemas.status import STATUS

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
SAYABLE = frozenset({Kind.REFUSED, Kind.CONFLICT})  # what a player did too early or twice: said where they did it
CODE_OF_STATUS = {400: "VALIDATION_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}
log = structlog.get_logger()


class PageRoute(LateRoute):
    """A page of ours."""

    takes_foreign_posts = False

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                if request.method not in ("GET", "HEAD") and not self.takes_foreign_posts:
                    require_own_page(request)
                response = await inner(request)
            except AppError as refusal:
                response = refused(request, refusal)
            except RequestValidationError:
                response = refused(request, AppError("VALIDATION_ERROR"))
            except HTTPException as error:
                response = refused(request, AppError(CODE_OF_STATUS.get(error.status_code, "INTERNAL_ERROR")))
            except Exception as error:
                log.error("unexpected_error", path=request.url.path, exc_info=error)
                response = refused(request, AppError("INTERNAL_ERROR"))
            write_session(request, response, PLAYERS)
            return response

        return handle


class HandOffRoute(PageRoute):
    """Where a host's page posts its player's token to: the signature is the proof, not the sender."""

    takes_foreign_posts = True


def wants_json(request: Request) -> bool:
    """Whether one of our scripts is asking."""
    return request.headers.get("accept", "").startswith("application/json")


def refused(request: Request, refusal: AppError) -> Response:
    """The answer for a refusal: JSON for our scripts, a note on the page before, the way in, or a page of its own."""
    REFUSALS.labels(refusal.code).inc()
    if refusal.code in ENDED and refusal.code != "SCOPE_REQUIRED":
        forget_session(request)
        if not wants_json(request):
            return RedirectResponse("/enter", 303)
    status = STATUS[refusal.meaning.kind]
    if wants_json(request):
        message = refusal.meaning.ko if language_of(request) == KOREAN else refusal.meaning.en
        return JSONResponse({"ok": False, "code": refusal.code, "message": message}, status)
    back = getattr(request.state, "back", None)
    if back is not None and refusal.meaning.kind in SAYABLE:
        response = RedirectResponse(local_path(back), 303)
        set_flash(response, request, refusal.code)
        return response
    return closed_page(request, refusal.code, status)
