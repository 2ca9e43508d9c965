"""Rewards: search, the approval queue, retries and reversals."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.core.auth import Principal
from app.core.errors import AppError
from app.flows.reward_desk import find_reward, search_rewards
from app.flows.settle_rewards import Deed, Settled, settle_reward, settle_rewards
from app.routes.admin.common import READ, READERS, Admin, Id, write
from app.routes.admin.exports import CSV_ANSWER
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import container_of, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.players import WhyOnly
from app.schemas.admin.rewards import ApprovedMany, ApproveMany, RewardReversed, RewardRow, RewardSearch
from app.schemas.csv_stream import RewardExport, csv_export
from app.utils.pagination import page

router = admin_router("/rewards", tag="admin: rewards")
REFUSALS = problems("SCOPE_REQUIRED", "REWARD_NOT_FOUND", "REWARD_STATE", "VALIDATION_ERROR")
Asked = Annotated[RewardSearch, Query()]
Exported = Annotated[RewardExport, Query()]


@router.get(
    "",
    operation_id="admin_search_rewards",
    response_model=Listed[RewardRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR"),
)
async def search(request: Request, asked: Asked) -> dict[str, Any]:
    """Rewards, newest first. `state=APPROVAL` is the approval queue; `state=FAILED` waits for a retry."""
    wanted, after, limit = asked.wanted, asked.after, asked.limit
    rows = await search_rewards(container_of(request).house, wanted, after=after, limit=limit)
    return page([_view(row) for row in rows], limit)


@router.get(
    "/export.csv",
    operation_id="admin_export_rewards",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=CSV_ANSWER | problems("SCOPE_REQUIRED", "VALIDATION_ERROR", "GAME_NOT_FOUND"),
)
async def export(request: Request, asked: Exported) -> Response:
    """Every reward that fits as CSV, newest first: whom it went to, of which season, game and prize."""
    house = container_of(request).house
    return await csv_export(request, house, "rewards", asked.wanted(), name="rewards", bom=asked.bom)


@router.get(
    "/{reward_id}",
    operation_id="admin_reward",
    response_model=RewardRow,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "REWARD_NOT_FOUND"),
)
async def one(request: Request, reward_id: Id) -> dict[str, Any]:
    """One reward."""
    return _view(await find_reward(container_of(request).house, reward_id))


@router.post(
    "/approve",
    operation_id="admin_approve_rewards",
    response_model=ApprovedMany,
    response_model_exclude_none=True,
    openapi_extra=write(ApproveMany, is_keyed=True),
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR"),
)
async def approve_many(request: Request, who: Admin) -> Response:
    """Approves many rewards at once, each for itself: one that is refused stops no other."""
    raw = await request.body()
    body = parse_body(ApproveMany, raw)
    act = keyed_act(request, who, body.reason, raw, ApprovedMany, exclude_none=True)

    def render(results: Settled) -> bytes:
        items = [
            {"id": reward_id, "code": result.code} if isinstance(result, AppError) else
            {"id": reward_id, "state": result["state"]}
            for reward_id, result in zip(body.reward_ids, results, strict=True)
        ]  # fmt: skip
        return act.render({"approved": sum("state" in item for item in items), "items": items})

    house = container_of(request).house
    return json_answer(await settle_rewards(house, replace(act, render=render), Deed.APPROVE, body.reward_ids))


@router.post(
    "/{reward_id}/approve",
    operation_id="admin_approve_reward",
    response_model=RewardRow,
    openapi_extra=write(WhyOnly, is_keyed=True),
    responses=REFUSALS | problems("SCOPE_REQUIRED", "SECOND_PERSON_REQUIRED"),
)
async def approve(request: Request, who: Admin, reward_id: Id) -> Response:
    """Lets a reward pass and delivers it, once. Who asked for it, or wrote what gives it, can't approve it."""
    return await _settle(request, who, Deed.APPROVE, reward_id)


@router.post(
    "/{reward_id}/reject",
    operation_id="admin_reject_reward",
    response_model=RewardRow,
    openapi_extra=write(WhyOnly, is_keyed=True),
    responses=REFUSALS,
)
async def reject(request: Request, who: Admin, reward_id: Id) -> Response:
    """Refuses a reward that waits for approval. It can't be approved later."""
    return await _settle(request, who, Deed.REJECT, reward_id)


@router.post(
    "/{reward_id}/retry",
    operation_id="admin_retry_reward",
    response_model=RewardRow,
    openapi_extra=write(WhyOnly, is_keyed=True),
    responses=REFUSALS,
)
async def retry(request: Request, who: Admin, reward_id: Id) -> Response:
    """Tries now to deliver a reward that is PENDING or FAILED; a HOST reward is ordered from the host again."""
    return await _settle(request, who, Deed.RETRY, reward_id)


@router.post(
    "/{reward_id}/reverse",
    operation_id="admin_reverse_reward",
    response_model=RewardReversed,
    openapi_extra=write(WhyOnly, is_keyed=True),
    responses=REFUSALS | problems("REWARD_STATE"),
)
async def reverse(request: Request, who: Admin, reward_id: Id) -> Response:
    """Takes a reward back by compensating entries, with what followed from it. What was spent is owed."""
    return await _settle(request, who, Deed.REVERSE, reward_id, RewardReversed)


async def _settle(
    request: Request, who: Principal, deed: Deed, reward_id: int, answer: type[RewardRow] = RewardRow
) -> Response:
    raw = await request.body()
    act = keyed_act(request, who, parse_body(WhyOnly, raw).reason, raw, answer)
    shown = replace(act, render=lambda row: act.render(_view(row)))
    return json_answer(await settle_reward(container_of(request).house, shown, deed, reward_id))


def _view(row: dict[str, Any]) -> dict[str, Any]:
    return {"authors": []} | row | {"reward_amount": row["amount"]}
