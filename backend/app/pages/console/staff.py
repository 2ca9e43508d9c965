"""A9, operators: who may do what, switched off and on."""

from fastapi import APIRouter, Request, Response

from app.core.auth import ADMIN
from app.flows.second_factor import remove_second_factor
from app.flows.switch_staff import list_staff, switch_staff_by_id
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import Id, Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
HERE = "/console/system/staff"


@router.get(HERE)
async def staff(request: Request) -> Response:
    """Every operator."""
    who = await operator(request)
    return show(request, "staff.html", who=who, members=await list_staff(container_of(request).house))


@router.post(HERE + "/{staff_id}/disable")
async def disable(request: Request, staff_id: Id, reason: Reason) -> Response:
    """Ends every sign-in of theirs at once."""
    return await _switch(request, staff_id, reason, is_active=False)


@router.post(HERE + "/{staff_id}/enable")
async def enable(request: Request, staff_id: Id, reason: Reason) -> Response:
    """Lets them sign in again."""
    return await _switch(request, staff_id, reason, is_active=True)


@router.post(HERE + "/{staff_id}/second-factor/remove")
async def forget_second_factor(request: Request, staff_id: Id, reason: Reason) -> Response:
    """Takes a lost second factor away."""
    request.state.back = HERE
    who = await operator(request, ADMIN)
    await remove_second_factor(container_of(request).house, who.act(reason), staff_id)
    return done(request, HERE)


async def _switch(request: Request, staff_id: int, reason: str, *, is_active: bool) -> Response:
    request.state.back = HERE
    who, container = await operator(request, ADMIN), container_of(request)
    await switch_staff_by_id(container.house, container.keys, who.act(reason), staff_id, is_active=is_active)
    return done(request, HERE)
