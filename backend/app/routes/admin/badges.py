"""Badges: what they are called."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from app.domain.config_fields import Code
from app.flows.save_badge import TEXTS, save_badge
from app.routes.admin.common import READ, READERS, Admin, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import Responses, problems
from app.schemas.admin.missions import BadgeBody, BadgeView, BadgeViews

router = admin_router("/badges", tag="admin: missions")
CREATED: Responses = {201: {"model": BadgeView}}


@router.get(
    "",
    operation_id="admin_list_badges",
    response_model=BadgeViews,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def badges(request: Request) -> dict[str, Any]:
    """Every badge, by code."""
    return {"items": await container_of(request).house.read(lambda keepers: keepers.badge.all())}


@router.put(
    "/{code}",
    operation_id="admin_save_badge",
    response_model=BadgeView,
    openapi_extra=write(BadgeBody, if_match=False),
    responses=CREATED | problems("SCOPE_REQUIRED", "VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR"),
)
async def save(request: Request, response: Response, who: Admin, code: Annotated[Code, Path()]) -> dict[str, Any]:
    """Writes a badge. A new code needs no If-Match (201); one that exists does."""
    body = parse_body(BadgeBody, await request.body())
    is_blind = "if-match" not in request.headers
    row, is_new = await save_badge(
        container_of(request).house,
        admin_act(who, body.reason),
        code,
        body.model_dump(include=set(TEXTS)),
        expected_version=None if is_blind else expected_version(request),
        is_blind=is_blind,
    )
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(row["version"])
    return row
