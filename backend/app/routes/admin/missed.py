"""Settlements that gave a player nothing because they were blocked: look, and settle them later."""

from typing import Any

from fastapi import Request, Response

from app.core.time_utils import kst_text
from app.flows.settle_missed import missed_settlements, settle_missed
from app.routes.admin.common import READ, READERS, Admin, Id, write
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import container_of, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.missed import MissedSettlements, SettledLater
from app.schemas.admin.players import WhyOnly

router = admin_router("/players/{user_id}/missed", tag="admin: players")
FOUND = problems("SCOPE_REQUIRED", "USER_NOT_FOUND")


@router.get(
    "",
    operation_id="admin_missed_settlements",
    response_model=MissedSettlements,
    response_model_exclude_none=True,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def missed(request: Request, user_id: Id) -> dict[str, Any]:
    """What the player got nothing of because they were blocked: bridges, ranks of boards and of teams."""
    house = container_of(request).house
    lines = await missed_settlements(house, user_id)
    return {"user_id": user_id, "missed": lines, "server_time": kst_text(house.clock.now())}


@router.post(
    "/settle",
    operation_id="admin_settle_missed",
    response_model=SettledLater,
    openapi_extra=write(WhyOnly, is_keyed=True),
    responses=FOUND | problems("USER_BLOCKED", "FEATURE_DISABLED", "VALIDATION_ERROR"),
)
async def settle(request: Request, who: Admin, user_id: Id) -> Response:
    """Pays it, each once, under the operation ids of the settlements themselves. Unblock the player first."""
    raw = await request.body()
    act = keyed_act(request, who, parse_body(WhyOnly, raw).reason, raw, SettledLater, exclude_none=True)
    return json_answer(await settle_missed(container_of(request).house, act, user_id))
