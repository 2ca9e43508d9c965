"""Retired endpoints: they answer 410 permanently, with the date and the reason."""

from fastapi import Request, Response

from app.core.errors import AppError
from app.routes.doors import api_router
from app.routes.error_handlers import problem
from app.routes.openapi import problems

router = api_router(tag="retired")

# RFC 9745 (Deprecation: the instant it was deprecated, as @unix-time) and RFC 8594 (Sunset: when it went)
RETIRED = {"Deprecation": "@1764547200", "Sunset": "Thu, 01 Jan 2026 00:00:00 GMT"}


@router.get(
    "/today-feature",
    operation_id="today_feature",
    deprecated=True,
    status_code=410,
    response_model=None,
    responses=problems("FEATURE_RETIRED"),
)
async def today_feature(request: Request) -> Response:
    """Retired on 2026-01-01: one feature a day gave way to switches of their own. Ask `GET /api/me` for `features`."""
    return problem(request, AppError("FEATURE_RETIRED", replacement="/api/me"), RETIRED)
