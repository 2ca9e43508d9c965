"""What reversals left for a person: looked at, taken back, or kept."""

from typing import Annotated, Any

from fastapi import Query, Request

from app.core.auth import Principal
from app.domain.reversals import ReviewState
from app.flows.review_reversals import decide_review
from app.routes.admin.common import READ, READERS, Admin, After, Id, Limit, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.players import WhyOnly
from app.schemas.admin.reversals import ReviewDecided, ReviewRow, State
from app.utils.pagination import page

router = admin_router("/reversals", tag="admin: rewards")
REFUSALS = problems("SCOPE_REQUIRED", "NOT_FOUND", "REVIEW_DECIDED", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_reversals",
    response_model=Listed[ReviewRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def reviews(
    request: Request, state: Annotated[State | None, Query()] = None, after: After = None, limit: Limit = 20
) -> dict[str, Any]:
    """What refunds left for a person, newest first; `state=OPEN` is what waits."""
    rows = await container_of(request).house.read(
        lambda keepers: keepers.reversal.page(state=state, after=after, limit=limit)
    )
    return page(rows, limit)


@router.post(
    "/{review_id}/take",
    operation_id="admin_take_reversal",
    response_model=ReviewDecided,
    openapi_extra=write(WhyOnly),
    responses=REFUSALS,
)
async def take(request: Request, who: Admin, review_id: Id) -> dict[str, Any]:
    """Takes the rewards back; what was spent of them is owed."""
    return await _decide(request, who, review_id, ReviewState.TAKEN)


@router.post(
    "/{review_id}/keep",
    operation_id="admin_keep_reversal",
    response_model=ReviewDecided,
    openapi_extra=write(WhyOnly),
    responses=REFUSALS,
)
async def keep(request: Request, who: Admin, review_id: Id) -> dict[str, Any]:
    """Leaves the rewards with the player."""
    return await _decide(request, who, review_id, ReviewState.KEPT)


async def _decide(request: Request, who: Principal, review_id: int, state: ReviewState) -> dict[str, Any]:
    body = parse_body(WhyOnly, await request.body())
    return await decide_review(container_of(request).house, admin_act(who, body.reason), review_id, state)
