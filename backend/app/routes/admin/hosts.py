"""Hosts: look, add, switch; how they sign; the API keys of their servers."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from app.core.auth import Principal
from app.flows.host_keys import add_host_key, list_hosts, revoke_host_key
from app.flows.save_host import add_host, end_host_signing, find_host, set_host_signing, switch_host
from app.routes.admin.common import READ, READERS, Admin, Id, write
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import HostCode
from app.schemas.admin.hosts import (
    ApiKeyMade,
    ApiKeyNew,
    ApiKeyRow,
    HostBody,
    HostList,
    HostView,
    SigningBody,
)
from app.schemas.admin.players import WhyOnly

router = admin_router("/hosts", tag="admin: hosts")
Host = Annotated[HostCode, Path()]
FOUND = problems("SCOPE_REQUIRED", "NOT_FOUND")
EDIT = FOUND | problems("VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR")


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
    "",
    operation_id="admin_add_host",
    status_code=201,
    response_model=HostView,
    openapi_extra=write(HostBody),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def add_new(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A new host, active at once. Next it needs a key for its server."""
    body = parse_body(HostBody, await request.body())
    act = admin_act(who, body.reason)
    return _seen(response, await add_host(container_of(request).house, act, body))


@router.get(
    "/{host}",
    operation_id="admin_host",
    response_model=HostView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def one(request: Request, response: Response, host: Host) -> dict[str, Any]:
    """One host, with the ETag that a change must name."""
    return _seen(response, await find_host(container_of(request).house, host))


@router.post(
    "/{host}/disable",
    operation_id="admin_disable_host",
    response_model=HostView,
    openapi_extra=write(WhyOnly, if_match=True),
    responses=EDIT,
)
async def disable(request: Request, response: Response, who: Admin, host: Host) -> dict[str, Any]:
    """Refuses its server at once and its players within two seconds, everywhere (HOST_DISABLED). Nothing is lost."""
    return await _switch(request, response, who, host, is_active=False)


@router.post(
    "/{host}/enable",
    operation_id="admin_enable_host",
    response_model=HostView,
    openapi_extra=write(WhyOnly, if_match=True),
    responses=EDIT,
)
async def enable(request: Request, response: Response, who: Admin, host: Host) -> dict[str, Any]:
    """Lets its server and its players in again, with the keys and sign-ins they had."""
    return await _switch(request, response, who, host, is_active=True)


@router.put(
    "/{host}/signing",
    operation_id="admin_set_host_signing",
    response_model=HostView,
    openapi_extra=write(SigningBody, if_match=True),
    responses=problems(
        "SCOPE_REQUIRED",
        "NOT_FOUND",
        "VERSION_CONFLICT",
        "NAME_TAKEN",
        "PRECONDITION_REQUIRED",
        "VALIDATION_ERROR",
        "ADDRESS_NOT_ALLOWED",
    ),
)
async def sign(request: Request, response: Response, who: Admin, host: Host) -> dict[str, Any]:
    """How the host signs its own players' tokens. It counts within seconds, also for tokens that are in use."""
    body = parse_body(SigningBody, await request.body())
    container, act, version = container_of(request), admin_act(who, body.reason), expected_version(request)
    ours, jwks = container.keys, container.authenticator.jwks
    row = await set_host_signing(container.house, act, host, body, ours=ours, jwks=jwks, expected_version=version)
    return _seen(response, row)


@router.post(
    "/{host}/signing/end",
    operation_id="admin_end_host_signing",
    response_model=HostView,
    openapi_extra=write(WhyOnly, if_match=True),
    responses=EDIT,
)
async def end_signing(request: Request, response: Response, who: Admin, host: Host) -> dict[str, Any]:
    """The host's own tokens count no longer. Its API keys, and tokens we gave out, go on."""
    body = parse_body(WhyOnly, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    return _seen(response, await end_host_signing(house, act, host, expected_version=version))


@router.post(
    "/{host}/keys",
    operation_id="admin_add_api_key",
    status_code=201,
    response_model=ApiKeyMade,
    openapi_extra=write(ApiKeyNew, is_keyed=True),
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR", "API_KEY_SHOWN_ONCE"),
)
async def add(request: Request, who: Admin, host: Host) -> Response:
    """A further key for a host's server. Only the answer holds it: it is not stored, and no other call shows it."""
    raw = await request.body()
    body = parse_body(ApiKeyNew, raw)
    container = container_of(request)
    act = keyed_act(request, who, body.reason, raw, ApiKeyRow, status=201)
    return json_answer(await add_host_key(container.house, act, host, body.name, own_secrets=container.keys.secrets))


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


async def _switch(
    request: Request, response: Response, who: Principal, host: str, *, is_active: bool
) -> dict[str, Any]:
    body = parse_body(WhyOnly, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    return _seen(response, await switch_host(house, act, host, is_active=is_active, expected_version=version))


def _seen(response: Response, row: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = etag(row["version"])
    return row
