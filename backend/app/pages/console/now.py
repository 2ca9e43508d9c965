"""A1, now: is the event well, what is open, and the way to stop a thing within a second."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response

from app.core.auth import ADMIN, OPS
from app.flows.console_now import console_now
from app.flows.readiness import readiness
from app.flows.switch_feature import switch_feature
from app.pages.console.charts import columns
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.features import FeatureType

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
Type = Annotated[FeatureType, Path()]
SLOWEST_ROUTES = 5
# refusals that the first page counts by themselves: asked twice, somebody was faster, too often
COUNTED = ("IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_IN_PROGRESS", "VERSION_CONFLICT", "RATE_LIMITED", "COOLDOWN_ACTIVE")


@router.get("/console")
async def now(request: Request) -> Response:
    """The whole event on one screen; the page keeps itself fresh."""
    who = await operator(request)
    container = container_of(request)
    seen = await console_now(container.house)
    figures = container.pulse.feel()
    return show(
        request,
        "now.html",
        who=who,
        seen=seen,
        figures=figures,
        routes=[route for route in figures.routes if _is_an_answer(route.route)][:SLOWEST_ROUTES],
        counted=sum(figures.refusals.get(code, 0) for code in COUNTED),
        stopped=[switch for switch in seen.switches if not switch.is_enabled],
        chart=columns(seen.series),
        ready=await readiness(container.house),
        cache=(await container.cache.state()).value,
        processes=container.settings.web_concurrency,
    )


def _is_an_answer(route: str) -> bool:
    """What players and hosts wait for: not the desk itself, not files, not a stream that is meant to stay open."""
    return not route.startswith(("/console", "/assets")) and not route.endswith("/stream")


@router.post("/console/features/{feature_type}/stop")
async def stop(
    request: Request, feature_type: Type, reason: Reason, back: Annotated[str, Form(max_length=500)] = "/console"
) -> Response:
    """Stops a feature, whatever its version: in an emergency the last word counts."""
    request.state.back = back
    who = await operator(request, ADMIN, OPS)
    house = container_of(request).house
    await switch_feature(house, who.act(reason), feature_type, is_enabled=False, expected_version=None)
    return done(request, back, "STOPPED")


@router.post("/console/features/{feature_type}/resume")
async def resume(request: Request, feature_type: Type, reason: Reason, version: Version) -> Response:
    """Opens a feature again, as it was seen."""
    request.state.back = f"/console/features/{feature_type}"
    who = await operator(request, ADMIN, OPS)
    house = container_of(request).house
    await switch_feature(house, who.act(reason), feature_type, is_enabled=True, expected_version=version)
    return done(request, request.state.back, "RESUMED")
