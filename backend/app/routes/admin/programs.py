"""Programs: see and add."""

from typing import Any

from fastapi import Request

from app.flows.add_program import add_program, list_programs
from app.routes.admin.common import READ, READERS, Admin, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.programs import ProgramBody, ProgramView

router = admin_router("/programs", tag="admin: seasons")


@router.get(
    "",
    operation_id="admin_list_programs",
    response_model=Listed[ProgramView],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("AUTH_REQUIRED", "SCOPE_REQUIRED"),
)
async def programs(request: Request) -> dict[str, Any]:
    """Every program, oldest first. A host's players use its first own program unless they name another, else `main`."""
    rows = await list_programs(container_of(request).house)
    return {"items": rows, "next": None, "has_more": False}


@router.post(
    "",
    operation_id="admin_add_program",
    status_code=201,
    response_model=ProgramView,
    openapi_extra=write(ProgramBody),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def add(request: Request, who: Admin) -> dict[str, Any]:
    """A new program. Seasons of different programs may run on the same days."""
    body = parse_body(ProgramBody, await request.body())
    act = admin_act(who, body.reason)
    return await add_program(container_of(request).house, act, body.code, body.title, host=body.host)
