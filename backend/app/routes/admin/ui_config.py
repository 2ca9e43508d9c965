"""Notices and banners."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from app.core.errors import AppError
from app.flows.edit_ui_config import edit_ui_config
from app.routes.admin.common import READ, READERS, Admin, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import Responses, problems
from app.schemas.admin.ui_config import UiConfigBody, UiConfigList, UiConfigRow

router = admin_router("/ui-config", tag="admin: texts")
CREATED: Responses = {201: {"model": UiConfigRow}}
Key = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,49}$", examples=["ticket_zero"])]


@router.get(
    "",
    operation_id="admin_list_ui_config",
    response_model=UiConfigList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def texts(request: Request) -> dict[str, Any]:
    """Every text, by key."""
    rows = await container_of(request).house.read(lambda keepers: keepers.ui_config.all())
    return {"items": rows, "next": None, "has_more": False}


@router.get(
    "/{key}",
    operation_id="admin_ui_config",
    response_model=UiConfigRow,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "NOT_FOUND"),
)
async def text(request: Request, response: Response, key: Key) -> dict[str, Any]:
    """One text, with the ETag that a change must name."""
    row = await container_of(request).house.read(lambda keepers: keepers.ui_config.find(key))
    if row is None:
        raise AppError("NOT_FOUND")
    response.headers["ETag"] = etag(row["version"])
    return row


@router.put(
    "/{key}",
    operation_id="admin_save_ui_config",
    response_model=UiConfigRow,
    openapi_extra=write(UiConfigBody, if_match=False),
    responses=CREATED | problems("SCOPE_REQUIRED", "VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR"),
)
async def save(request: Request, response: Response, who: Admin, key: Key) -> dict[str, Any]:
    """Writes a text. A new key needs no If-Match (201); one that exists does."""
    body = parse_body(UiConfigBody, await request.body())
    is_blind = "if-match" not in request.headers
    row, is_new = await edit_ui_config(
        container_of(request).house,
        admin_act(who, body.reason),
        key,
        body.value,
        expected_version=None if is_blind else expected_version(request),
        is_blind=is_blind,
    )
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(row["version"])
    return row
