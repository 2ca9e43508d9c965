"""Hosts and the API keys of their servers: look, add, end."""

from typing import Annotated, Any

from fastapi import Path, Request

from app.flows.host_keys import add_host_key, list_hosts, revoke_host_key
from app.routes.admin.common import READ, READERS, Admin, Id, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import HostCode
from app.schemas.admin.hosts import ApiKeyMade, ApiKeyNew, ApiKeyRow, HostList
from app.schemas.admin.players import WhyOnly

router = admin_router("/hosts", tag="admin: hosts")


@router.get(
    "",
    operation_id="admin_list_hosts",
    response_model=HostList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def hosts(request: Request) -> dict[str, Any]:
    """Every host with its keys."""
    return {"items": await list_hosts(container_of(request).house), "next": None, "has_more": False}


@router.post(
    "/{host}/keys",
    operation_id="admin_add_api_key",
    status_code=201,
    response_model=ApiKeyMade,
    openapi_extra=write(ApiKeyNew),
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR"),
)
async def add(request: Request, who: Admin, host: Annotated[HostCode, Path()]) -> dict[str, Any]:
    """A further key for a host's server; the answer holds it, and it is never shown again."""
    body = parse_body(ApiKeyNew, await request.body())
    return await add_host_key(container_of(request).house, admin_act(who, body.reason), host, body.name)


@router.post(
    "/keys/{key_id}/revoke",
    operation_id="admin_revoke_api_key",
    response_model=ApiKeyRow,
    openapi_extra=write(WhyOnly),
    responses=problems("SCOPE_REQUIRED", "NOT_FOUND", "VALIDATION_ERROR"),
)
async def revoke(request: Request, who: Admin, key_id: Id) -> dict[str, Any]:
    """Ends a key: the next call with it is refused."""
    body = parse_body(WhyOnly, await request.body())
    return await revoke_host_key(container_of(request).house, admin_act(who, body.reason), key_id)
