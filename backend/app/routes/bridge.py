"""The bridge between two seasons."""

from fastapi import Request, Response

from app.flows.steps.commands import PlayerCommand
from app.routes.bodies import json_answer
from app.routes.deps import caller, container_of
from app.routes.doors import api_router
from app.routes.openapi import answers, keyed
from app.schemas.bridge import BridgeStatus

router = api_router("/bridge", tag="bridge")


@router.get(
    "/status",
    operation_id="bridge_status",
    response_model=None,
    responses=answers(BridgeStatus, "USER_BLOCKED", "NO_BRIDGE"),
    openapi_extra=keyed({}, required=None),
)
async def status(request: Request) -> Response:
    """The player's keys, today's mission and the countdown. The same as `event_bridge` of the season's status."""
    who = await caller(request)
    return json_answer(await container_of(request).bridges.submit(PlayerCommand(**who.command_fields)))
