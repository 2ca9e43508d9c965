"""The season pass: status, stamp, claim."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.core.metrics import STAMPS
from app.domain.season_config import Program
from app.flows.claim import ClaimCommand
from app.flows.season_status import SeasonQuery
from app.flows.stamp import StampCommand
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import caller, container_of, idempotency_key, scopes_now
from app.routes.doors import api_router
from app.routes.openapi import answers, body_of, keyed
from app.schemas.season_pass import (
    MAY_GIVE_BONUS,
    ClaimAllBody,
    ClaimAnswer,
    ClaimBody,
    SeasonId,
    SeasonStatus,
    StampAnswer,
    StampBody,
)

router = api_router("/season-pass", tag="season pass")
ProgramQuery = Annotated[Program | None, Query(description="Default: that of the player's host, else main.")]
SeasonIdQuery = Annotated[SeasonId | None, Query()]


@router.get(
    "/status",
    operation_id="season_pass_status",
    response_model=None,
    responses=answers(
        SeasonStatus, "USER_BLOCKED", "NO_ACTIVE_SEASON", "SEASON_NOT_FOUND", "NO_ACTIVE_SEASON_CONFLICT"
    ),
    openapi_extra=keyed({}, required=None),
)
async def status(request: Request, program: ProgramQuery = None, season_id: SeasonIdQuery = None) -> Response:
    """Season, progress, levels and today. Reads only; never pays anything.

    The running season of a program, or the one named by `season_id` while it runs or is in its grace period.
    """
    who = await caller(request)
    query = SeasonQuery(**who.command_fields, program=program, season_id=season_id)
    return json_answer(await container_of(request).statuses.submit(query))


@router.post(
    "/stamp",
    operation_id="stamp_season_pass",
    response_model=None,
    responses=answers(StampAnswer, "ALREADY_STAMPED_TODAY", "USER_BLOCKED", "NO_ACTIVE_SEASON"),
    openapi_extra=keyed(body_of(StampBody), required=False),
)
async def stamp(request: Request) -> Response:
    """Collects today's stamp (KST), once a day. Every level it reaches is opened; automatic ones are paid at once."""
    who = await caller(request)
    raw = await request.body()
    body = parse_body(StampBody, raw)
    # asked of the operator's row, not of the token: whoever lost the right gives no bonus any more
    may_give = bool(body.xp_bonus) and bool(await scopes_now(request, who.principal) & MAY_GIVE_BONUS)
    command = StampCommand(
        **who.command_fields,
        idempotency=idempotency_key(request, raw),
        bonus_xp=body.xp_bonus if may_give else 0,
        program=body.program,
    )
    done = await container_of(request).stamps.submit(command)
    STAMPS.inc()
    return json_answer(done)


@router.post(
    "/claim",
    operation_id="claim_level",
    response_model=None,
    responses=answers(
        ClaimAnswer, "REWARD_ALREADY_CLAIMED", "LEVEL_NOT_REACHED", "LEVEL_NOT_FOUND", "PREMIUM_REQUIRED"
    ),
    openapi_extra=keyed(body_of(ClaimBody), required=False),
)
async def claim(request: Request) -> Response:
    """Claims one level by hand, once. In a race one wins; the others get REWARD_ALREADY_CLAIMED."""
    who = await caller(request)
    raw = await request.body()
    body = parse_body(ClaimBody, raw)
    command = ClaimCommand(
        **who.command_fields,
        idempotency=idempotency_key(request, raw),
        level=body.level,
        track=body.track,
        season_id=body.season_id,
        program=body.program,
    )
    return json_answer(await container_of(request).claims.submit(command))


@router.post(
    "/claim-all",
    operation_id="claim_all_levels",
    response_model=None,
    responses=answers(list[ClaimAnswer], "NO_ACTIVE_SEASON", "FEATURE_DISABLED", "PREMIUM_REQUIRED"),
    openapi_extra=keyed(body_of(ClaimAllBody), required=False),
)
async def claim_all(request: Request) -> Response:
    """Claims every level that is open, in one transaction. Nothing open: an empty list."""
    who = await caller(request)
    raw = await request.body()
    body = parse_body(ClaimAllBody, raw)
    command = ClaimCommand(
        **who.command_fields,
        idempotency=idempotency_key(request, raw),
        level=None,
        track=body.track,
        season_id=body.season_id,
        program=body.program,
    )
    return json_answer(await container_of(request).claims.submit(command))
