"""Missions: set, put in force, retired, compared, watched."""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from app.domain.config_fields import Code
from app.flows.save_mission import (
    compare_mission,
    create_mission,
    find_mission,
    mission_totals,
    mission_versions,
    replace_mission,
    switch_mission,
)
from app.routes.admin.common import READ, READERS, Admin, After, Limit, Version, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed, StopBody
from app.schemas.admin.missions import MissionBody, MissionDiff, MissionTotals, MissionVersion, MissionView
from app.schemas.csv_stream import Bom, csv_file
from app.utils.pagination import page

router = admin_router("/missions", tag="admin: missions")
MissionCode = Annotated[Code, Path()]
FOUND = problems("SCOPE_REQUIRED", "MISSION_NOT_FOUND")
EDIT = FOUND | problems("MISSION_NOT_FOUND", "VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR")
TOTALS = ("period_key", "players", "players_completed", "completions", "claims")


@router.get(
    "",
    operation_id="admin_list_missions",
    response_model=Listed[MissionView],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def missions(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every mission as it stands, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.mission.page(after=after, limit=limit))
    return page(rows, limit)


@router.post(
    "",
    operation_id="admin_create_mission",
    status_code=201,
    response_model=MissionView,
    openapi_extra=write(MissionBody),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def create(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A new mission, as a draft unless it says `is_active`."""
    body = parse_body(MissionBody, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    return _view(response, await create_mission(house, act, body, is_active=bool(body.is_active)))


@router.get(
    "/{code}",
    operation_id="admin_mission",
    response_model=MissionView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def mission(request: Request, response: Response, code: MissionCode) -> dict[str, Any]:
    """One mission, with the ETag that a change must name."""
    return _view(response, await find_mission(container_of(request).house, code))


@router.put(
    "/{code}",
    operation_id="admin_replace_mission",
    response_model=MissionView,
    openapi_extra=write(MissionBody, if_match=True),
    responses=EDIT,
)
async def replace(request: Request, response: Response, who: Admin, code: MissionCode) -> dict[str, Any]:
    """Replaces the whole mission. What was completed before is paid by the version it was completed under."""
    body = parse_body(MissionBody, await request.body())
    house, act, version = (
        container_of(request).house,
        admin_act(who, body.reason, body.players_who_lose),
        expected_version(request),
    )
    row = await replace_mission(house, act, code, body, is_active=body.is_active, expected_version=version)
    return _view(response, row)


@router.post(
    "/{code}/activate",
    operation_id="admin_activate_mission",
    response_model=MissionView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT,
)
async def activate(request: Request, response: Response, who: Admin, code: MissionCode) -> dict[str, Any]:
    """Puts a mission in force: what is done after this answer counts."""
    return await _switch(request, response, who, code, is_active=True)


@router.post(
    "/{code}/retire",
    operation_id="admin_retire_mission",
    response_model=MissionView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT,
)
async def retire(request: Request, response: Response, who: Admin, code: MissionCode) -> dict[str, Any]:
    """Ends the counting. What was completed can still be claimed."""
    return await _switch(request, response, who, code, is_active=False)


@router.get(
    "/{code}/versions",
    operation_id="admin_list_mission_versions",
    response_model=Listed[MissionVersion],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def versions(request: Request, code: MissionCode, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every version, newest first."""
    rows = await mission_versions(container_of(request).house, code, after=after, limit=limit)
    return page(rows, limit, key="version")


@router.get(
    "/{code}/versions/{version}/diff",
    operation_id="admin_compare_mission",
    response_model=MissionDiff,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "MISSION_NOT_FOUND", "NOT_FOUND"),
)
async def compare(
    request: Request,
    code: MissionCode,
    version: Annotated[int, Path(ge=1, le=2**31 - 1)],
    against: Version = None,
) -> dict[str, Any]:
    """What a version changes, field by field, compared with another one: by default the one in force."""
    return await compare_mission(container_of(request).house, code, version, against)


@router.get(
    "/{code}/totals",
    operation_id="admin_mission_totals",
    response_model=MissionTotals,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def totals(request: Request, code: MissionCode, limit: Limit = 20) -> dict[str, Any]:
    """How many players began, completed and claimed it, period by period."""
    return await mission_totals(container_of(request).house, code, limit=limit)


@router.get(
    "/{code}/totals.csv",
    operation_id="admin_mission_totals_csv",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def totals_csv(request: Request, code: MissionCode, bom: Bom = False) -> Response:
    """Every period as a CSV file."""
    rows = await mission_totals(container_of(request).house, code)
    return csv_file(TOTALS, rows["items"], name=code, bom=bom)


async def _switch(request: Request, response: Response, who: Admin, code: str, *, is_active: bool) -> dict[str, Any]:
    body = parse_body(StopBody, await request.body())
    house, act, version = (
        container_of(request).house,
        admin_act(who, body.reason, body.players_who_lose),
        expected_version(request),
    )
    return _view(response, await switch_mission(house, act, code, is_active=is_active, expected_version=version))


def _view(response: Response, row: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = etag(row["version"])
    return row
