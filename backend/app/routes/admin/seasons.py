"""Seasons: set, change, publish, retire, clone."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic_core import to_json

from app.core.errors import AppError
from app.domain.season_config import MAX_LEVELS
from app.flows.correct_level import Correction, correct_level, look_at_correction
from app.flows.save_season import clone_season, create_season, replace_season, switch_season
from app.routes.admin.common import READ, READERS, Admin, After, Id, Limit, write
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed, StopBody
from app.schemas.admin.seasons import LevelCorrected, LevelCorrection, SeasonBody, SeasonClone, SeasonHead, SeasonView
from app.services.season_service import StoredSeason
from app.utils.pagination import page

Level = Annotated[int, Path(ge=1, le=MAX_LEVELS)]
router = admin_router("/seasons", tag="admin: seasons")
EDIT = problems("SCOPE_REQUIRED", "SEASON_NOT_FOUND", "VERSION_CONFLICT", "ACTIVE_SEASON_CONFLICT", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_seasons",
    response_model=Listed[SeasonHead],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def seasons(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every season without its levels, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.season.page(after=after, limit=limit))
    return page(rows, limit)


@router.get(
    "/{season_id}",
    operation_id="admin_season",
    response_model=SeasonView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "SEASON_NOT_FOUND"),
)
async def season(request: Request, response: Response, season_id: Id) -> dict[str, Any]:
    """A whole season, with the ETag that a change must name."""
    stored = await container_of(request).house.read(lambda keepers: keepers.season.find(season_id))
    if stored is None:
        raise AppError("SEASON_NOT_FOUND")
    return _view(response, stored)


@router.post(
    "",
    operation_id="admin_create_season",
    status_code=201,
    response_model=SeasonView,
    openapi_extra=write(SeasonBody),
    responses=problems(
        "SCOPE_REQUIRED", "NAME_TAKEN", "ACTIVE_SEASON_CONFLICT", "INVALID_SEASON_DATES", "VALIDATION_ERROR"
    ),
)
async def create(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A new season with all its levels; a draft unless `is_active` is true."""
    body = parse_body(SeasonBody, await request.body())
    act = admin_act(who, body.reason)
    return _view(response, await create_season(container_of(request).house, act, body, is_active=bool(body.is_active)))


@router.put(
    "/{season_id}",
    operation_id="admin_replace_season",
    response_model=SeasonView,
    openapi_extra=write(SeasonBody, if_match=True),
    responses=EDIT | problems("INVALID_SEASON_DATES", "PRECONDITION_REQUIRED"),
)
async def replace(request: Request, response: Response, who: Admin, season_id: Id) -> dict[str, Any]:
    """Replaces the whole season. What players in it were promised or paid is fixed: 422 names each field."""
    body = parse_body(SeasonBody, await request.body())
    stored = await replace_season(
        container_of(request).house,
        admin_act(who, body.reason, body.players_who_lose),
        season_id,
        body,
        is_active=body.is_active,
        expected_version=expected_version(request),
    )
    return _view(response, stored)


@router.post(
    "/{season_id}/publish",
    operation_id="admin_publish_season",
    response_model=SeasonView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT | problems("PRECONDITION_REQUIRED"),
)
async def publish(request: Request, response: Response, who: Admin, season_id: Id) -> dict[str, Any]:
    """Makes a season count. Of two operators who publish overlapping seasons at the same instant, one is refused."""
    return await _switch(request, response, who, season_id, is_active=True)


@router.post(
    "/{season_id}/retire",
    operation_id="admin_retire_season",
    response_model=SeasonView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT | problems("PRECONDITION_REQUIRED"),
)
async def retire(request: Request, response: Response, who: Admin, season_id: Id) -> dict[str, Any]:
    """Makes a season count no more: no stamps, and no claims either. Progress is kept."""
    return await _switch(request, response, who, season_id, is_active=False)


@router.post(
    "/{season_id}/clone",
    operation_id="admin_clone_season",
    status_code=201,
    response_model=SeasonView,
    openapi_extra=write(SeasonClone),
    responses=problems("SCOPE_REQUIRED", "SEASON_NOT_FOUND", "NAME_TAKEN", "INVALID_SEASON_DATES", "VALIDATION_ERROR"),
)
async def clone(request: Request, response: Response, who: Admin, season_id: Id) -> dict[str, Any]:
    """A draft with everything of this season but its name and dates."""
    body = parse_body(SeasonClone, await request.body())
    stored = await clone_season(
        container_of(request).house,
        admin_act(who, body.reason),
        season_id,
        season_name=body.season_name,
        start_date=body.start_date,
        end_date=body.end_date,
    )
    return _view(response, stored)


@router.post(
    "/{season_id}/levels/{level}/correct",
    operation_id="admin_correct_level_reward",
    response_model=LevelCorrected,
    openapi_extra=write(LevelCorrection, if_match=True, is_keyed=True),
    responses=EDIT | problems("LEVEL_NOT_FOUND", "PRECONDITION_REQUIRED", "PROMISE_WITHDRAWN"),
)
async def correct(request: Request, who: Admin, season_id: Id, level: Level) -> Response:
    """Corrects a mistyped reward of a level. Who was paid keeps it; nobody is paid twice."""
    raw = await request.body()
    body = parse_body(LevelCorrection, raw)
    house, version = container_of(request).house, expected_version(request)
    wanted = Correction(level, body.track, body.rewards, body.taken_back_get == "CORRECTED")
    if body.is_dry_run:
        found = await look_at_correction(house, season_id, wanted, expected_version=version)
        return Response(to_json(found), media_type="application/json")
    act = keyed_act(request, who, body.reason, raw, LevelCorrected, players_who_lose=body.players_who_lose)
    return json_answer(await correct_level(house, act, season_id, wanted, expected_version=version))


async def _switch(
    request: Request, response: Response, who: Admin, season_id: int, *, is_active: bool
) -> dict[str, Any]:
    body = parse_body(StopBody, await request.body())
    act, version = admin_act(who, body.reason, body.players_who_lose), expected_version(request)
    house = container_of(request).house
    return _view(response, await switch_season(house, act, season_id, is_active=is_active, expected_version=version))


def _view(response: Response, season: StoredSeason) -> dict[str, Any]:
    response.headers["ETag"] = etag(season.version)
    return {
        "id": season.id,
        "is_active": season.is_active,
        "version": season.version,
        "created_at": season.created_at,
        "updated_at": season.updated_at,
        "warnings": season.warnings,
        **season.config.view(),
    }
