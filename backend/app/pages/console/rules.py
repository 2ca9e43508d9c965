"""A7, rules on host events: what they give in words, their versions, tried on past events, put in force."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from app.core.auth import ADMIN
from app.core.errors import AppError
from app.domain.config_fields import Code, WallMoment, parse_config
from app.domain.rule_config import RuleConfig
from app.flows.config_warnings import config_warnings
from app.flows.save_rule import (
    activate_rule,
    compare_rule_versions,
    rule_document,
    rule_named,
    rule_version,
    rule_versions,
)
from app.pages.console.documents import written
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Reason, on_the_wall
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
RuleCode = Annotated[Code, Path()]
VersionNo = Annotated[int, Path(ge=1, le=2**31 - 1)]
Since = Annotated[WallMoment | None, Query()]
PLACE = "/console/rules"
WEEK = timedelta(days=7)


@router.get("/console/rules")
async def rules(request: Request, after: After = None) -> Response:
    """Every rule with the version in force, newest first."""
    who = await operator(request)
    rows = await container_of(request).house.read(lambda keepers: keepers.rule.page(after=after, limit=LINES))
    return show(request, "rules.html", who=who, found=page(rows, LINES), after=after)


@router.get("/console/rules/{code}")
async def rule(request: Request, code: RuleCode, after: After = None) -> Response:
    """One rule in words, as it is in force or, while it rests, in its newest version; and all its versions."""
    request.state.back = PLACE
    who = await operator(request)
    house = container_of(request).house
    head = await rule_named(house, code)
    shown = await rule_version(house, code, head["active_version"] or head["newest_version"])
    versions = page(await rule_versions(house, code, after=after, limit=LINES), LINES, key="version")
    return show(request, "rule.html", who=who, rule=head, row=shown, versions=versions, after=after)


@router.get("/console/rules/{code}/versions/{version}")
async def one_version(
    request: Request, code: RuleCode, version: VersionNo, since: Since = None, until: Since = None
) -> Response:
    """What a version gives and changes, and what it would have given for the events of a span of time."""
    request.state.back = f"{PLACE}/{code}"
    who = await operator(request)
    container = container_of(request)
    house, now = container.house, container.clock.now()
    head = await rule_named(house, code)
    row = await rule_version(house, code, version)
    span = (since or now - WEEK, until or now)
    trial = None
    if since is not None and until is not None:
        config = parse_config(RuleConfig, row["config"], "INVALID_RULE")
        trial = await container.rule_replays.replay(config, host=head["host"], since=span[0], until=span[1])
    return show(
        request,
        "rule_version.html",
        who=who,
        rule=head,
        row=row,
        comparison=await _comparison(request, code, version),
        trial=trial,
        warnings=await config_warnings(house, rule_document(code, head["host"], row["config"])),
        span=[on_the_wall(instant) for instant in span],
        text=written(row["config"]),
    )


async def _comparison(request: Request, code: str, version: int) -> dict[str, Any] | None:
    try:
        return await compare_rule_versions(container_of(request).house, code, version, None)
    except AppError as refusal:  # no version is in force
        if refusal.code != "NOT_FOUND":
            raise
        return None


@router.post("/console/rules/{code}/versions/{version}/activate")
async def activate(request: Request, code: RuleCode, version: VersionNo, reason: Reason) -> Response:
    """Puts a version in force: every call that starts after this answer is decided so."""
    return await _put_in_force(request, code, version, reason)


@router.post("/console/rules/{code}/rest")
async def rest(request: Request, code: RuleCode, reason: Reason) -> Response:
    """Puts the rule to rest: it gives nothing more."""
    return await _put_in_force(request, code, None, reason)


async def _put_in_force(request: Request, code: str, version: int | None, reason: str) -> Response:
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    await activate_rule(container_of(request).house, who.act(reason), code, version)
    return done(request, back)
