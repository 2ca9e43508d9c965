"""Rules on host events: made, given versions, put in force."""

from typing import Annotated, Any

from fastapi import Path, Query, Request

from app.domain.config_fields import Code
from app.flows.save_rule import (
    activate_rule,
    add_rule_version,
    compare_rule_versions,
    create_rule,
    rule_named,
    rule_version,
    rule_versions,
)
from app.flows.try_rule import try_on_sample
from app.routes.admin.common import READ, READERS, Admin, After, Limit, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of
from app.routes.doors import admin_router
from app.routes.events import sample_event
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.events import ReplayAnswer, RuleReplay, RuleSample, SampleAnswer
from app.schemas.admin.rules import RuleActivation, RuleDiff, RuleHead, RuleNew, RuleVersion, RuleVersionNew
from app.utils.pagination import page

router = admin_router("/rules", tag="admin: rules")
RuleCode = Annotated[Code, Path()]
VersionNo = Annotated[int, Path(ge=1, le=2**31 - 1)]
FOUND = problems("SCOPE_REQUIRED", "RULE_NOT_FOUND", "NOT_FOUND")


@router.get(
    "",
    operation_id="admin_list_rules",
    response_model=Listed[RuleHead],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def rules(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every rule, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.rule.page(after=after, limit=limit))
    return page(rows, limit)


@router.post(
    "",
    operation_id="admin_create_rule",
    status_code=201,
    response_model=RuleHead,
    openapi_extra=write(RuleNew),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def create(request: Request, who: Admin) -> dict[str, Any]:
    """A new rule with its first version, not yet in force."""
    body = parse_body(RuleNew, await request.body())
    act = admin_act(who, body.reason)
    house = container_of(request).house
    return await create_rule(house, act, code=body.code, title=body.title, host=body.host, config=body.config)


@router.post(
    "/dry-run",
    operation_id="admin_try_rule",
    response_model=SampleAnswer,
    dependencies=READERS,
    openapi_extra=write(RuleSample),
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR"),
)
async def try_out(request: Request) -> dict[str, Any]:
    """What a rule would give for made-up events, in their order. Nothing is stored."""
    body = parse_body(RuleSample, await request.body())
    now = container_of(request).clock.now()
    return try_on_sample(body.config, [sample_event(item, now) for item in body.events])


@router.post(
    "/replay",
    operation_id="admin_replay_rule",
    response_model=ReplayAnswer,
    dependencies=READERS,
    openapi_extra=write(RuleReplay),
    responses=problems("SCOPE_REQUIRED", "VALIDATION_ERROR", "BUSY"),
)
async def replay(request: Request) -> dict[str, Any]:
    """What a rule would have given for the events that came before. Nothing is stored."""
    body = parse_body(RuleReplay, await request.body())
    replays = container_of(request).rule_replays
    return await replays.replay(body.config, host=body.host, since=body.since, until=body.until)


@router.get(
    "/{code}",
    operation_id="admin_rule",
    response_model=RuleHead,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def rule(request: Request, code: RuleCode) -> dict[str, Any]:
    """One rule."""
    return await rule_named(container_of(request).house, code)


@router.get(
    "/{code}/versions",
    operation_id="admin_list_rule_versions",
    response_model=Listed[RuleVersion],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def versions(request: Request, code: RuleCode, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every version, newest first; `next` is a version's number."""
    rows = await rule_versions(container_of(request).house, code, after=after, limit=limit)
    return page(rows, limit, key="version")


@router.post(
    "/{code}/versions",
    operation_id="admin_add_rule_version",
    status_code=201,
    response_model=RuleVersion,
    openapi_extra=write(RuleVersionNew),
    responses=FOUND | problems("VALIDATION_ERROR"),
)
async def add(request: Request, who: Admin, code: RuleCode) -> dict[str, Any]:
    """A new version, not yet in force. Versions never change: to edit is to add."""
    body = parse_body(RuleVersionNew, await request.body())
    return await add_rule_version(container_of(request).house, admin_act(who, body.reason), code, body.config)


@router.get(
    "/{code}/versions/{version}",
    operation_id="admin_rule_version",
    response_model=RuleVersion,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def version_of(request: Request, code: RuleCode, version: VersionNo) -> dict[str, Any]:
    """One version."""
    return await rule_version(container_of(request).house, code, version)


@router.get(
    "/{code}/versions/{version}/diff",
    operation_id="admin_compare_rule_versions",
    response_model=RuleDiff,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def compare(
    request: Request,
    code: RuleCode,
    version: VersionNo,
    against: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="the number of a version")] = None,
) -> dict[str, Any]:
    """What this version changes, field by field, compared with another one: by default the one in force."""
    return await compare_rule_versions(container_of(request).house, code, version, against)


@router.post(
    "/{code}/activate",
    operation_id="admin_activate_rule",
    response_model=RuleHead,
    openapi_extra=write(RuleActivation),
    responses=FOUND | problems("VALIDATION_ERROR"),
)
async def activate(request: Request, who: Admin, code: RuleCode) -> dict[str, Any]:
    """Puts a version in force, or the rule to rest: every call that starts after this answer is decided so."""
    body = parse_body(RuleActivation, await request.body())
    return await activate_rule(container_of(request).house, admin_act(who, body.reason), code, body.version)
