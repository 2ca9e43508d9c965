"""Every refusal becomes one `application/problem+json` answer, in the reader's language."""

from collections.abc import Mapping
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from app.core.errors import ERRORS, AppError, Kind
from app.core.metrics import REFUSALS

STATUS = {
    Kind.REFUSED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.PRECONDITION: 428,
    Kind.RATE_LIMITED: 429,
    Kind.INTERNAL: 500,
    Kind.UNAVAILABLE: 503,
}
CODE_OF_STATUS = {
    400: "VALIDATION_ERROR",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "VALIDATION_ERROR",
    422: "VALIDATION_ERROR",
}
log = structlog.get_logger()


def language(accept: str) -> str:
    """`ko` or `en`: whichever the header prefers; Korean when it says neither."""
    wanted: list[tuple[float, str]] = []
    for part in accept.split(","):
        tag, _, quality = part.strip().partition(";q=")
        name = tag.strip().lower().split("-")[0]
        if name in {"ko", "en"} and _quality(quality) > 0:
            wanted.append((_quality(quality), name))
    return max(wanted, key=lambda item: item[0])[1] if wanted else "ko"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def problem(request: Request, error: AppError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for a refusal: code, words and details; never an input value, SQL or a stack."""
    meaning = error.meaning
    status = STATUS[meaning.kind]
    message = meaning.en if language(request.headers.get("accept-language", "")) == "en" else meaning.ko
    facts = dict(error.facts)
    retry_after = facts.pop("retry_after_seconds", None)
    details: Any = facts.pop("fields", facts)
    body = {
        "type": f"about:blank#{error.code}",
        "title": meaning.en,
        "status": status,
        "detail": message,
        "instance": request.url.path,
        "request_id": correlation_id.get(),
        "error": {"code": error.code, "message": message, "details": details},
    }
    REFUSALS.labels(error.code).inc()
    response = Response(to_json(body), status, media_type="application/problem+json", headers=dict(headers or {}))
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def install_error_handlers(app: FastAPI) -> None:
    """Catches every kind of error at the door; nothing leaves in another shape."""

    @app.exception_handler(AppError)
    async def refused(request: Request, error: AppError) -> Response:
        return problem(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = [
            {"field": ".".join(str(part) for part in item["loc"]), "reason": item["msg"]} for item in error.errors()
        ]
        return problem(request, AppError("VALIDATION_ERROR", fields=fields))

    @app.exception_handler(HTTPException)
    async def by_status(request: Request, error: HTTPException) -> Response:
        code = CODE_OF_STATUS.get(error.status_code, "INTERNAL_ERROR")
        facts = {"fields": [{"field": "(body)", "reason": "not readable"}]} if code == "VALIDATION_ERROR" else {}
        return problem(request, AppError(code, **facts), error.headers)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("unexpected_error", path=request.url.path, exc_info=error)
        return problem(request, AppError("INTERNAL_ERROR"))


# every code must be answerable: a kind without a status would be found here, at import
assert all(meaning.kind in STATUS for meaning in ERRORS.values())  # noqa: S101
