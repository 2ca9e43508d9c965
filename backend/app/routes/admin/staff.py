"""Operators: look, switch off, switch on. They are made at the terminal (`ops staff create`)."""

from typing import Any

from fastapi import Request, Response

from app.core.auth import Principal
from app.flows.second_factor import remove_second_factor
from app.flows.switch_staff import list_staff, switch_staff_by_id
from app.routes.admin.common import READ, READERS, Admin, Id, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.players import WhyOnly
from app.schemas.admin.staff import StaffList, StaffRow

router = admin_router("/staff", tag="admin: staff")
SWITCH = problems("SCOPE_REQUIRED", "NOT_FOUND", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_staff",
    response_model=StaffList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def everybody(request: Request) -> dict[str, Any]:
    """Every operator: what they may, and whether they are on."""
    return {"items": await list_staff(container_of(request).house), "next": None, "has_more": False}


@router.post(
    "/{staff_id}/disable",
    operation_id="admin_disable_staff",
    response_model=StaffRow,
    openapi_extra=write(WhyOnly),
    responses=SWITCH | problems("LAST_ADMIN", "OWN_ACCOUNT"),
)
async def disable(request: Request, who: Admin, staff_id: Id) -> dict[str, Any]:
    """Ends every sign-in, token and link of theirs at once, for good. Twice changes nothing."""
    return await _switch(request, who, staff_id, is_active=False)


@router.post(
    "/{staff_id}/enable",
    operation_id="admin_enable_staff",
    response_model=StaffRow,
    openapi_extra=write(WhyOnly),
    responses=SWITCH,
)
async def enable(request: Request, who: Admin, staff_id: Id) -> dict[str, Any]:
    """Lets them sign in again, with the password and scopes they had."""
    return await _switch(request, who, staff_id, is_active=True)


@router.post(
    "/{staff_id}/second-factor/remove",
    operation_id="admin_remove_second_factor",
    status_code=204,
    response_model=None,
    openapi_extra=write(WhyOnly),
    responses=SWITCH | problems("OWN_ACCOUNT"),
)
async def forget_second_factor(request: Request, who: Admin, staff_id: Id) -> Response:
    """Takes a lost second factor away: the next sign-in asks for the password alone. An own one needs a code."""
    body = parse_body(WhyOnly, await request.body())
    await remove_second_factor(container_of(request).house, admin_act(who, body.reason), staff_id)
    return Response(status_code=204)


async def _switch(request: Request, who: Principal, staff_id: int, *, is_active: bool) -> dict[str, Any]:
    body = parse_body(WhyOnly, await request.body())
    container, act = container_of(request), admin_act(who, body.reason)
    return await switch_staff_by_id(container.house, container.keys, act, staff_id, is_active=is_active)
