"""Missions, achievements and badges."""

from typing import Any

from fastapi import Request, Response

from app.flows.claim_mission import ClaimMissionCommand
from app.flows.mission_status import my_achievements, my_badges, my_missions
from app.flows.steps.commands import PlayerCommand
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import caller, container_of, idempotency_key
from app.routes.doors import api_router
from app.routes.openapi import answers, body_of, keyed, problems
from app.schemas.missions import AchievementList, BadgeList, ClaimMissionBody, MissionClaimed, MissionList, NoBody

router = api_router(tag="missions")
SIGNED_IN = keyed({}, required=None)
READ = problems("AUTH_REQUIRED", "USER_BLOCKED")


@router.get(
    "/missions", operation_id="my_missions", response_model=MissionList, responses=READ, openapi_extra=SIGNED_IN
)
async def missions(request: Request) -> dict[str, Any]:
    """Today's, this week's and this season's missions with the player's progress, and what waits to be claimed."""
    who = await caller(request)
    return await my_missions(container_of(request).house, PlayerCommand(**who.command_fields))


@router.get(
    "/achievements",
    operation_id="my_achievements",
    response_model=AchievementList,
    responses=READ,
    openapi_extra=SIGNED_IN,
)
async def achievements(request: Request) -> dict[str, Any]:
    """What can be achieved once. Hidden ones appear when they are completed."""
    who = await caller(request)
    return await my_achievements(container_of(request).house, PlayerCommand(**who.command_fields))


@router.get("/badges", operation_id="my_badges", response_model=BadgeList, responses=READ, openapi_extra=SIGNED_IN)
async def badges(request: Request) -> dict[str, Any]:
    """The player's badges, the newest first."""
    who = await caller(request)
    return await my_badges(container_of(request).house, PlayerCommand(**who.command_fields))


@router.post(
    "/missions/claim",
    operation_id="claim_mission",
    response_model=None,
    responses=answers(
        list[MissionClaimed],
        *("REWARD_ALREADY_CLAIMED", "MISSION_NOT_COMPLETED", "MISSION_NOT_FOUND", "CLAIM_CLOSED", "VALIDATION_ERROR"),
    ),
    openapi_extra=keyed(body_of(ClaimMissionBody), required=False),
)
async def claim(request: Request) -> Response:
    """Claims a mission, each completion once: in one period, or in all that are open."""
    who = await caller(request)
    raw = await request.body()
    body = parse_body(ClaimMissionBody, raw)
    command = ClaimMissionCommand(
        **who.command_fields,
        idempotency=idempotency_key(request, raw),
        mission=body.mission,
        period_key=body.period_key,
    )
    return json_answer(await container_of(request).mission_claims.submit(command))


@router.post(
    "/missions/claim-all",
    operation_id="claim_all_missions",
    response_model=None,
    responses=answers(list[MissionClaimed], "FEATURE_DISABLED", "VALIDATION_ERROR"),
    openapi_extra=keyed(body_of(NoBody), required=False),
)
async def claim_all(request: Request) -> Response:
    """Claims everything that waits, achievements too, in one transaction. Nothing waits: an empty list."""
    who = await caller(request)
    raw = await request.body()
    parse_body(NoBody, raw)
    command = ClaimMissionCommand(**who.command_fields, idempotency=idempotency_key(request, raw), mission=None)
    return json_answer(await container_of(request).mission_claims.submit(command))
