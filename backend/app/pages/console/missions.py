"""A3, missions: what is counted and given, how far players are, put in force and retired."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.core.time_utils import kst_date
from app.domain.mission_config import MissionConfig
from app.flows.config_warnings import config_warnings
from app.flows.save_mission import (
    create_mission,
    find_mission,
    mission_document,
    mission_totals,
    mission_versions,
    replace_mission,
    required_by,
    switch_mission,
)
from app.flows.steps.check_references import ConfigDocument
from app.pages.console.document_editor import DocumentCode, Kind, editor
from app.pages.console.documents import written
from app.pages.console.doors import ConsoleRoute
from app.pages.console.forms import LINES, After
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.missions import EXAMPLE
from app.services import House
from app.services.audit_service import AdminAct
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/missions"
Row = dict[str, Any]


async def _stored(house: House, code: str) -> tuple[Row, int]:
    row = await find_mission(house, code)
    return row["config"], row["version"]


async def _create(house: House, act: AdminAct, config: MissionConfig) -> Row:
    return await create_mission(house, act, config, is_active=False)


async def _replace(house: House, act: AdminAct, code: str, config: MissionConfig, version: int) -> Row:
    return await replace_mission(house, act, code, config, is_active=None, expected_version=version)


def _names(config: MissionConfig) -> ConfigDocument:
    return mission_document(config.view())


editing = editor(Kind(PLACE, MissionConfig, EXAMPLE, _stored, _create, _replace, _names, switch_mission))


@router.get("/console/missions")
async def missions(request: Request, after: After = None) -> Response:
    """Every mission, newest first."""
    who = await operator(request)
    container = container_of(request)
    rows = await container.house.read(lambda keepers: keepers.mission.page(after=after, limit=LINES))
    today = kst_date(container.clock.now()).isoformat()
    return show(request, "missions.html", who=who, found=page(rows, LINES), today=today, after=after)


@router.get("/console/missions/{code}")
async def mission(request: Request, code: DocumentCode, after: After = None) -> Response:
    """One mission with its totals by period, and all its versions."""
    request.state.back = PLACE
    who = await operator(request)
    container = container_of(request)
    row = await find_mission(container.house, code)
    versions = await mission_versions(container.house, code, after=after, limit=LINES)
    return show(
        request,
        "mission.html",
        who=who,
        mission=row,
        warnings=await config_warnings(container.house, mission_document(row["config"])),
        required_by=await container.house.read(lambda keepers: required_by(keepers, code)),
        totals=await mission_totals(container.house, code, limit=LINES),
        versions=page([one | {"text": written(one["config"])} for one in versions], LINES, key="version"),
        today=kst_date(container.clock.now()).isoformat(),
        after=after,
    )
