"""A3, seasons: the timeline, one season, and what is done with it as a whole."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from app.core.auth import ADMIN
from app.core.time_utils import kst_date
from app.domain.config_fields import Day
from app.flows.config_warnings import config_warnings
from app.flows.save_season import clone_season, season_document, switch_season
from app.flows.season_reads import list_seasons, season_standing
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import Id, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.console.season_view import forecast, preview, timeline
from app.pages.session import container_of

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
Name = Annotated[str, Form(min_length=1, max_length=100)]


@router.get("/console/seasons")
async def seasons(request: Request) -> Response:
    """Every season over the days."""
    who = await operator(request)
    container = container_of(request)
    rows, programs = await list_seasons(container.house)
    today = kst_date(container.clock.now())
    return show(request, "seasons.html", who=who, rows=rows, programs=programs, line=timeline(rows, today), today=today)


@router.get("/console/seasons/{season_id}")
async def season(request: Request, season_id: Id) -> Response:
    """One season: its levels, its players, its cost, and what can be done with it."""
    request.state.back = "/console/seasons"
    who = await operator(request)
    container = container_of(request)
    standing = await season_standing(container.house, season_id)
    today = kst_date(container.clock.now())
    config = standing.season.config
    return show(
        request,
        "season.html",
        who=who,
        season=standing.season,
        config=config,
        use=standing.use,
        today=today,
        costs=forecast(config),
        seen=preview(config, today, None, None),
        warnings=await config_warnings(container.house, season_document(standing.season)),
    )


@router.post("/console/seasons/{season_id}/publish")
async def publish(request: Request, season_id: Id, reason: Reason, version: Version) -> Response:
    """Makes a season count."""
    return await _switch(request, season_id, reason, version, is_active=True)


@router.post("/console/seasons/{season_id}/retire")
async def retire(request: Request, season_id: Id, reason: Reason, version: Version) -> Response:
    """Makes a season count no more; progress is kept."""
    return await _switch(request, season_id, reason, version, is_active=False)


async def _switch(request: Request, season_id: int, reason: str, version: int, *, is_active: bool) -> Response:
    back = request.state.back = f"/console/seasons/{season_id}"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await switch_season(house, who.act(reason), season_id, is_active=is_active, expected_version=version)
    return done(request, back)


@router.post("/console/seasons/{season_id}/clone")
async def clone(
    request: Request,
    season_id: Id,
    *,
    season_name: Name,
    start_date: Annotated[Day, Form()],
    end_date: Annotated[Day, Form()],
    reason: Reason,
) -> Response:
    """A draft with everything of this season but its name and dates."""
    request.state.back = f"/console/seasons/{season_id}"
    who = await operator(request, ADMIN)
    stored = await clone_season(
        container_of(request).house,
        who.act(reason),
        season_id,
        season_name=season_name,
        start_date=start_date,
        end_date=end_date,
    )
    return done(request, f"/console/seasons/{stored.id}", "SAVED")
