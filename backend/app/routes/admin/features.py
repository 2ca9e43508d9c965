"""Switches: open, stop, look back."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from app.flows.admin_reads import list_features
from app.flows.switch_feature import add_feature, schedule_feature, switch_feature
from app.routes.admin.common import READ, READERS, Admin, After, Limit, Switcher, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.features import (
    FeatureChange,
    FeatureList,
    FeatureNew,
    FeatureRow,
    FeatureSchedule,
    FeatureSwitch,
    FeatureType,
    ScheduledDays,
)
from app.utils.pagination import page

router = admin_router("/features", tag="admin: features")
Type = Annotated[FeatureType, Path()]


@router.get(
    "",
    operation_id="admin_list_features",
    response_model=FeatureList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def features(request: Request) -> dict[str, Any]:
    """Every switch with its state, and when its game was last played."""
    return await list_features(container_of(request).house)


@router.post(
    "",
    operation_id="admin_add_feature",
    status_code=201,
    response_model=FeatureRow,
    openapi_extra=write(FeatureNew),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def add(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A switch for a new product area or game."""
    body = parse_body(FeatureNew, await request.body())
    act = admin_act(who, body.reason)
    row = await add_feature(container_of(request).house, act, body.feature_type, body.title, is_enabled=body.is_enabled)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.patch(
    "/{feature_type}",
    operation_id="admin_switch_feature",
    response_model=FeatureRow,
    openapi_extra=write(FeatureSwitch, if_match=True),
    responses=problems("SCOPE_REQUIRED", "NO_FEATURE_TODAY", "VERSION_CONFLICT", "PRECONDITION_REQUIRED"),
)
async def switch(request: Request, response: Response, who: Switcher, feature_type: Type) -> dict[str, Any]:
    """Opens or stops a feature. A stop holds for every play that starts after this answer, on every process."""
    body = parse_body(FeatureSwitch, await request.body())
    row = await switch_feature(
        container_of(request).house,
        admin_act(who, body.reason),
        feature_type,
        is_enabled=body.is_enabled,
        expected_version=expected_version(request),
    )
    response.headers["ETag"] = etag(row["version"])
    return row


@router.get(
    "/{feature_type}/history",
    operation_id="admin_feature_history",
    response_model=Listed[FeatureChange],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def history(request: Request, feature_type: Type, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Who opened and stopped it, when and why; newest first."""
    house = container_of(request).house
    rows = await house.read(lambda keepers: keepers.feature.history(feature_type, after=after, limit=limit))
    return page(rows, limit)


@router.put(
    "/{feature_type}/schedule",
    operation_id="admin_schedule_feature",
    response_model=ScheduledDays,
    openapi_extra=write(FeatureSchedule),
    responses=problems("SCOPE_REQUIRED", "NO_FEATURE_TODAY", "VALIDATION_ERROR"),
)
async def schedule(request: Request, who: Admin, feature_type: Type) -> dict[str, Any]:
    """The days on which QA may use the feature while FEATURE_GATE_ENABLED is on; without the gate it says nothing."""
    body = parse_body(FeatureSchedule, await request.body())
    return await schedule_feature(container_of(request).house, admin_act(who, body.reason), feature_type, body.days)
