"""Bridge campaigns: set, open, watch, settle."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from app.core.time_utils import kst_text
from app.domain.bridge import Outcome
from app.domain.config_fields import Code
from app.flows.ask_for_settlement import ask_for_settlement
from app.flows.bridge_reads import bridge_progress, find_bridge, settlement_status
from app.flows.save_bridge import create_bridge, open_bridge, replace_bridge, retarget_bridge
from app.flows.settle_bridge import preview_settlement
from app.routes.admin.common import READ, READERS, Admin, After, Limit, write
from app.routes.admin.exports import CSV_ANSWER
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.bridge import (
    BridgeBody,
    BridgeHead,
    BridgeProgress,
    BridgeTarget,
    BridgeView,
    SettlementPreview,
    SettlementStatus,
)
from app.schemas.admin.common import Listed
from app.schemas.admin.players import WhyOnly
from app.schemas.csv_stream import ExportQuery, csv_export
from app.utils.pagination import page

router = admin_router("/bridge/campaigns", tag="admin: bridge")
CampaignCode = Annotated[Code, Path()]
FOUND = problems("SCOPE_REQUIRED", "BRIDGE_NOT_FOUND")
EDIT = problems("SCOPE_REQUIRED", "BRIDGE_NOT_FOUND", "BRIDGE_STATE", "VERSION_CONFLICT", "PRECONDITION_REQUIRED",
                "VALIDATION_ERROR")  # fmt: skip


@router.get(
    "",
    operation_id="admin_list_bridges",
    response_model=Listed[BridgeHead],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("AUTH_REQUIRED", "SCOPE_REQUIRED"),
)
async def campaigns(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every campaign without its slots, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.bridge.page(after=after, limit=limit))
    return page(rows, limit)


@router.post(
    "",
    operation_id="admin_create_bridge",
    status_code=201,
    response_model=BridgeView,
    openapi_extra=write(BridgeBody),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def create(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A new campaign, as a draft."""
    body = parse_body(BridgeBody, await request.body())
    return _view(response, await create_bridge(container_of(request).house, admin_act(who, body.reason), body))


@router.get(
    "/{code}",
    operation_id="admin_bridge",
    response_model=BridgeView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def campaign(request: Request, response: Response, code: CampaignCode) -> dict[str, Any]:
    """A whole campaign, with the ETag that a change must name."""
    return _view(response, await find_bridge(container_of(request).house, code))


@router.put(
    "/{code}",
    operation_id="admin_replace_bridge",
    response_model=BridgeView,
    openapi_extra=write(BridgeBody, if_match=True),
    responses=EDIT,
)
async def replace(request: Request, response: Response, who: Admin, code: CampaignCode) -> dict[str, Any]:
    """Replaces a whole draft. An open campaign stays as players were promised it."""
    body = parse_body(BridgeBody, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    return _view(response, await replace_bridge(house, act, code, body, expected_version=expected_version(request)))


@router.post(
    "/{code}/open",
    operation_id="admin_open_bridge",
    response_model=BridgeView,
    openapi_extra=write(WhyOnly, if_match=True),
    responses=EDIT | problems("BRIDGE_CONFLICT"),
)
async def open_(request: Request, response: Response, who: Admin, code: CampaignCode) -> dict[str, Any]:
    """Lets players collect from the first day on. This approves the payout as well: it waits for nobody else."""
    body = parse_body(WhyOnly, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    return _view(response, await open_bridge(house, act, code, expected_version=expected_version(request)))


@router.put(
    "/{code}/target-season",
    operation_id="admin_retarget_bridge",
    response_model=BridgeView,
    openapi_extra=write(BridgeTarget, if_match=True),
    responses=EDIT,
)
async def retarget(request: Request, response: Response, who: Admin, code: CampaignCode) -> dict[str, Any]:
    """Names the season that takes the levels, also after the settlement: levels that wait are given then."""
    body = parse_body(BridgeTarget, await request.body())
    house, act, version = container_of(request).house, admin_act(who, body.reason), expected_version(request)
    return _view(response, await retarget_bridge(house, act, code, body.target_season_id, expected_version=version))


@router.get(
    "/{code}/progress",
    operation_id="admin_bridge_progress",
    response_model=BridgeProgress,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def progress(request: Request, code: CampaignCode) -> dict[str, Any]:
    """How many players have which key, and how many keys."""
    return await bridge_progress(container_of(request).house, code)


@router.get(
    "/{code}/settle/dry-run",
    operation_id="admin_preview_settlement",
    response_model=SettlementPreview,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def dry_run(request: Request, code: CampaignCode) -> dict[str, Any]:
    """What a settlement would do now: how many, how much, who is skipped and why. Changes nothing."""
    house = container_of(request).house
    found, has_target, outcomes = await preview_settlement(house, code)
    paid = [line for line in outcomes if line.outcome == Outcome.PAID]
    return {
        "code": found.code,
        "state": found.state,
        "has_target_season": has_target,
        "will_pay_players": sum(line.players for line in paid),
        "will_pay_points": sum(line.points for line in paid),
        "will_skip_players": sum(line.players for line in outcomes if line.outcome != Outcome.PAID),
        "outcomes": outcomes,
        "server_time": kst_text(house.clock.now()),
    }


@router.post(
    "/{code}/settle/run",
    operation_id="admin_run_settlement",
    status_code=202,
    response_model=SettlementStatus,
    openapi_extra=write(WhyOnly, is_keyed=True),
    responses=FOUND | problems("BRIDGE_STATE", "JOB_ALREADY_DONE", "JOB_RUNNING", "JOB_NOT_FOUND", "VALIDATION_ERROR"),
)
async def settle(request: Request, who: Admin, code: CampaignCode) -> Response:
    """Asks the worker to settle at its next tick, before the planned time or after a failed run."""
    raw = await request.body()
    act = keyed_act(request, who, parse_body(WhyOnly, raw).reason, raw, SettlementStatus, status=202)
    return json_answer(await ask_for_settlement(container_of(request).house, act, code))


@router.get(
    "/{code}/settle/status",
    operation_id="admin_settlement_status",
    response_model=SettlementStatus,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def status(request: Request, code: CampaignCode) -> dict[str, Any]:
    """How the settlement stands, with the players settled so far by outcome."""
    return await settlement_status(container_of(request).house, code)


@router.get(
    "/{code}/settlements.csv",
    operation_id="admin_export_settlements",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=CSV_ANSWER | FOUND,
)
async def settlements_csv(request: Request, code: CampaignCode, asked: Annotated[ExportQuery, Query()]) -> Response:
    """How each player was settled, as CSV."""
    house = container_of(request).house
    await find_bridge(house, code)
    wanted = asked.wanted(campaign=code)
    return await csv_export(request, house, "settlements", wanted, name=f"{code}-settlements", bom=asked.bom)


def _view(response: Response, row: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = etag(row["version"])
    return row
