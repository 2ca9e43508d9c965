"""The inbox: what was sent to the player, to be claimed until it expires."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from app.flows.claim_inbox import ClaimInboxCommand, claim_inbox, my_inbox
from app.flows.steps.commands import PlayerCommand, unwrap
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import caller, container_of, idempotency_key
from app.routes.doors import api_router
from app.routes.openapi import answers, body_of, keyed, problems
from app.schemas.inbox import InboxClaimBody, InboxClaimed, InboxPage
from app.utils.pagination import MAX_PAGE

router = api_router("/inbox", tag="player")
Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
KEYED = keyed(body_of(InboxClaimBody), required=False)


@router.get(
    "",
    operation_id="my_inbox",
    response_model=InboxPage,
    response_model_exclude_unset=True,
    responses=problems("AUTH_REQUIRED", "USER_BLOCKED"),
    openapi_extra=keyed({}, required=None),
)
async def inbox(
    request: Request,
    after: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
) -> dict[str, Any]:
    """What was sent to the player, newest first."""
    who = await caller(request)
    query = PlayerCommand(**who.command_fields)
    return await my_inbox(container_of(request).house, query, after=after, limit=limit)


@router.post(
    "/claim-all",
    operation_id="claim_inbox",
    response_model=None,
    responses=answers(list[InboxClaimed], "FEATURE_DISABLED", "USER_BLOCKED"),
    openapi_extra=KEYED,
)
async def claim_all(request: Request) -> Response:
    """Claims what waits, the oldest hundred of it. Call it until the list is empty: then nothing waits any more."""
    return await _claim(request, None)


@router.post(
    "/{item_id}/claim",
    operation_id="claim_inbox_item",
    response_model=None,
    responses=answers(InboxClaimed, "REWARD_ALREADY_CLAIMED", "INBOX_EXPIRED", "INBOX_NOT_FOUND", "USER_BLOCKED"),
    openapi_extra=KEYED,
)
async def claim_one(request: Request, item_id: Id) -> Response:
    """Claims one item, once. In a race one wins; the others get REWARD_ALREADY_CLAIMED."""
    return await _claim(request, item_id)


async def _claim(request: Request, item_id: int | None) -> Response:
    who = await caller(request)
    raw = await request.body()
    parse_body(InboxClaimBody, raw)
    command = ClaimInboxCommand(**who.command_fields, idempotency=idempotency_key(request, raw), item_id=item_id)
    return json_answer(unwrap((await claim_inbox(container_of(request).house, [command]))[0]))
