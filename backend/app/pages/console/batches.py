"""A6, batches: campaigns and their settlement, tried dry, run, watched, and proved."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request, Response

from app.core.auth import ADMIN
from app.domain.bridge import CampaignState, Outcome
from app.domain.config_fields import Code
from app.flows.ask_for_settlement import ask_for_settlement
from app.flows.bridge_reads import bridge_progress, find_bridge, settlement_status
from app.flows.config_warnings import bridge_warnings
from app.flows.control_jobs import list_jobs
from app.flows.save_bridge import open_bridge, retarget_bridge
from app.flows.season_reads import list_seasons
from app.flows.settle_bridge import preview_settlement
from app.pages.console.charts import columns
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, FormKey, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.services import House
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
CampaignCode = Annotated[Code, Path()]
MOVING = frozenset({"WAITING", "RUNNING"})


@router.get("/console/batches")
async def batches(request: Request, after: After = None) -> Response:
    """Every campaign, newest first, and the newest run of every job."""
    who = await operator(request)
    house = container_of(request).house
    rows = await house.read(lambda keepers: keepers.bridge.page(after=after, limit=LINES))
    return show(
        request, "batches.html", who=who, found=page(rows, LINES), jobs=await list_jobs(house), after=after
    )  # fmt: skip


@router.get("/console/batches/{code}")
async def batch(request: Request, code: CampaignCode, dry: Annotated[bool, Query()] = False) -> Response:
    """One campaign: how far the players are, what a settlement would do, and how it stands."""
    request.state.back = "/console/batches"
    who = await operator(request)
    house = container_of(request).house
    campaign = await find_bridge(house, code)
    progress = await bridge_progress(house, code)
    status = await settlement_status(house, code)
    seasons, _ = await list_seasons(house)
    return show(
        request,
        "batch.html",
        who=who,
        campaign=campaign,
        progress=progress,
        keys=columns({"PLAYERS": [line["players"] for line in progress["keys"]]}),
        status=status,
        is_moving=status["run"]["status"] in MOVING,
        is_draft=campaign["state"] == CampaignState.DRAFT,
        is_settled=campaign["state"] == CampaignState.SETTLED,
        dry=await _dry_run(house, code) if dry else None,
        seasons=seasons,
        warnings=await bridge_warnings(house, campaign) if campaign["state"] == CampaignState.DRAFT else [],
    )


async def _dry_run(house: House, code: str) -> dict[str, Any]:
    _, has_target, outcomes = await preview_settlement(house, code)
    paid = [line for line in outcomes if line.outcome == Outcome.PAID]
    return {
        "outcomes": outcomes,
        "has_target": has_target,
        "players": sum(line.players for line in paid),
        "points": sum(line.points for line in paid),
        "skipped": sum(line.players for line in outcomes) - sum(line.players for line in paid),
    }


@router.post("/console/batches/{code}/run")
async def run(request: Request, code: CampaignCode, reason: Reason, key: FormKey) -> Response:
    """Asks the worker to settle at its next tick. What was paid stays paid once, however often this is pressed."""
    back = request.state.back = f"/console/batches/{code}"
    who = await operator(request, ADMIN)
    await ask_for_settlement(container_of(request).house, who.keyed(reason, key, code), code)
    return done(request, back, "ASKED")


@router.post("/console/batches/{code}/open")
async def open_(request: Request, code: CampaignCode, reason: Reason, version: Version) -> Response:
    """Lets players collect from the first day on; this approves the payout as well."""
    back = request.state.back = f"/console/batches/{code}"
    who = await operator(request, ADMIN)
    await open_bridge(container_of(request).house, who.act(reason), code, expected_version=version)
    return done(request, back)


@router.post("/console/batches/{code}/target")
async def retarget(
    request: Request,
    code: CampaignCode,
    reason: Reason,
    version: Version,
    season: Annotated[int | None, Form(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Names the season that takes the levels; none: the one that runs when the campaign is settled."""
    back = request.state.back = f"/console/batches/{code}"
    who = await operator(request, ADMIN)
    await retarget_bridge(container_of(request).house, who.act(reason), code, season, expected_version=version)
    return done(request, back)
