"""The audit log."""

from typing import Annotated, Any

from fastapi import Query, Request

from app.routes.admin.common import READ, READERS, After, Limit
from app.routes.deps import container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.audit import AuditEntry
from app.schemas.admin.common import Listed
from app.utils.pagination import page

router = admin_router("/audit", tag="admin: audit")
Target = Annotated[str | None, Query(min_length=1, max_length=200, examples=["feature:ROULETTE", "player:7"])]


@router.get(
    "",
    operation_id="admin_audit",
    response_model=Listed[AuditEntry],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def audit(request: Request, target: Target = None, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every write of an operator, newest first: who, what, why, before and after."""
    rows = await container_of(request).house.read(
        lambda keepers: keepers.audit.page(target=target, after=after, limit=limit)
    )
    return page(rows, limit)
