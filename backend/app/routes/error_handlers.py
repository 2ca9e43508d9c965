"""Every refusal becomes one `application/problem+json` answer, in the reader's language."""

from collections.abc import Mapping
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from app.core.claims import note_refused_token
from app.core.errors import AppError, told_in
from app.core.languages import ENGLISH, preferred_language
from app.core.metrics import REFUSALS
from app.routes.middleware import API_HEADERS, REQUEST_ID
from app.schemas.status import STATUS

CODE_OF_STATUS = {
    400: "VALIDATION_ERROR",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "VALIDATION_ERROR",
    422: "VALIDATION_ERROR",
}
log = structlog.get_logger()


def problem(request: Request, error: AppError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer for a refusal: code, words and details; never an input value, SQL or a stack."""
    meaning = error.meaning
    status = STATUS[meaning.kind]
    is_korean = preferred_language(request.headers.get("accept-language", "")) != ENGLISH
    message = meaning.ko if is_korean else meaning.en
    facts = dict(error.facts)
    retry_after = facts.pop("retry_after_seconds", None)
    details: Any = told_in(facts["fields"], korean=is_korean) if "fields" in facts else facts
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
    note_refused_token(error)
    response = Response(to_json(body), status, media_type="application/problem+json", headers=dict(headers or {}))
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if "window_seconds" in error.facts:  # a bucket that is empty: its policy, and what is left (RFC 9651 items)
        name = error.facts["operation"]
        response.headers["RateLimit-Policy"] = f'"{name}";q={error.facts["limit"]};w={error.facts["window_seconds"]}'
        response.headers["RateLimit"] = f'"{name}";r=0;t={retry_after}'
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
        # Starlette answers this from outside of everything that surrounds a request, so nobody else adds these
        headers = {name.decode(): value.decode() for name, value in API_HEADERS}
        return problem(request, AppError("INTERNAL_ERROR"), headers | {REQUEST_ID: correlation_id.get() or ""})
