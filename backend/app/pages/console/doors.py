"""The route of a console page: own pages alone may post to it, refusals become pages, and cookies leave with it."""

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from app.core.errors import AppError, Kind, told_in
from app.core.languages import KOREAN
from app.core.metrics import REFUSALS
from app.pages.console.look import refusal_text, show
from app.pages.console.operator import LOSS, STAFF
from app.pages.flash import set_flash
from app.pages.origin import local_path, require_own_page
from app.pages.reader import language_of
from app.pages.session import ENDED, forget_session, write_session
from app.schemas.late_route import LateRoute
from app.schemas.status import STATUS

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
SIGN_IN = "/console/sign-in"
# said on the page that the form was on; who may not write at all gets a page of its own
SAYABLE = frozenset({Kind.REFUSED, Kind.CONFLICT, Kind.NOT_FOUND, Kind.INVALID, Kind.RATE_LIMITED, Kind.FORBIDDEN})
CODE_OF_STATUS = {400: "VALIDATION_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}
log = structlog.get_logger()


class ConsoleRoute(LateRoute):
    """A page of the console."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                if request.method not in ("GET", "HEAD"):
                    require_own_page(request)
                response = await inner(request)
            except AppError as refusal:
                if refusal.code == "PROMISE_WITHDRAWN":
                    request.state.sent = await request.form()
                response = refused(request, refusal)
            except RequestValidationError as error:
                response = refused(request, AppError("VALIDATION_ERROR", fields=_problems(error)))
            except HTTPException as error:
                response = refused(request, AppError(CODE_OF_STATUS.get(error.status_code, "INTERNAL_ERROR")))
            except Exception as error:
                log.error("unexpected_error", path=request.url.path, exc_info=error)
                response = refused(request, AppError("INTERNAL_ERROR"))
            write_session(request, response, STAFF)
            return response

        return handle


def _problems(error: RequestValidationError) -> list[dict[str, str]]:
    return [{"field": str(item["loc"][-1]), "reason": str(item["msg"])} for item in error.errors()]


def refused(request: Request, refusal: AppError) -> Response:
    """The answer for a refusal: the way in, a note on the page before, or a page that says what was wrong."""
    REFUSALS.labels(refusal.code).inc()
    if refusal.code in ENDED and refusal.code != "SCOPE_REQUIRED":
        forget_session(request)
        return RedirectResponse(SIGN_IN, 303)
    fields = told_in(refusal.facts.get("fields", ()), korean=language_of(request) == KOREAN)
    back = getattr(request.state, "back", None)
    is_sayable = refusal.meaning.kind in SAYABLE and refusal.code != "SCOPE_REQUIRED"
    if back is not None and is_sayable and not fields:
        response = RedirectResponse(local_path(back), 303)
        set_flash(response, request, refusal.code)
        return response
    status = STATUS[refusal.meaning.kind]
    return show(
        request,
        "refused.html",
        who=getattr(request.state, "operator", None),
        http_status=status,
        code=refusal.code,
        said=refusal_text(language_of(request), refusal.code),
        fields=fields,
        back=local_path(back) if back else "/console",
        again=_again(request, refusal),
        request_id=correlation_id.get(),
    )


def _again(request: Request, refusal: AppError) -> dict[str, Any] | None:
    """The form once more, with how many players would lose by it; None for a refusal that nothing changes."""
    asked = [line for line in refusal.facts.get("fields", ()) if line["field"] == LOSS]
    if not asked or refusal.code != "PROMISE_WITHDRAWN":
        return None
    kept = [(name, value) for name, value in request.state.sent.multi_items() if name != LOSS]
    return {"action": request.url.path, "fields": kept, "players": asked[0]["players"], "name": LOSS}


def done(request: Request, back: str, kind: str = "DONE", **numbers: int) -> Response:
    """Back to a page, which says that it was done."""
    response = RedirectResponse(local_path(back), 303)
    set_flash(response, request, kind, **numbers)
    return response
