"""A3, the editor of a season: what is wrong stands beside its field, and the player's view beside the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter, ValidationError

from app.core.auth import ADMIN
from app.core.errors import AppError, Kind, told_in
from app.core.languages import KOREAN
from app.core.numbers import whole_number
from app.core.time_utils import kst_date
from app.domain.season_config import SeasonConfig
from app.domain.season_file import Difference, differences
from app.flows.config_warnings import config_warnings
from app.flows.save_season import create_season, replace_season
from app.flows.season_reads import attendance, edit_refusals, season_standing
from app.flows.steps.check_references import ConfigDocument
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import Id
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.console.season_form import (
    EMPTY_LEVEL,
    FIELDS,
    KEPT,
    Problems,
    add_problem,
    add_problems,
    config_of,
    fields_of,
    fields_sent,
)
from app.pages.console.season_view import Cost, Preview, forecast, preview
from app.pages.reader import language_of
from app.pages.session import container_of
from app.schemas.admin.common import Reason
from app.services.season_service import StoredSeason

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
REASON: TypeAdapter[str] = TypeAdapter(Reason)
MOST_FIELDS = 2_000  # 200 levels of five fields, and the season's own
MAY_SAY = frozenset({Kind.REFUSED, Kind.CONFLICT, Kind.INVALID})


@dataclass(slots=True)
class Draft:
    """A season being edited. `stored` None: a new one."""

    stored: StoredSeason | None
    shown: dict[str, Any]
    config: SeasonConfig | None = None
    problems: Problems = field(default_factory=dict)
    seen: Preview | None = None
    costs: list[Cost] = field(default_factory=list)
    changes: list[Difference] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    version: int = 0
    day: str = ""
    player: str = ""


@router.get("/console/seasons/new/edit")
async def new(request: Request) -> Response:
    """An empty form."""
    who = await operator(request, ADMIN)
    shown = dict.fromkeys(FIELDS, "") | {"stamp_on_play": False, "levels": [dict(EMPTY_LEVEL)]}
    shown |= {"program": "main", "base_xp_per_stamp": 20, "grace_days": 7, "internal_win_threshold": 50}
    return await _page(request, who, Draft(None, shown))


@router.get("/console/seasons/{season_id}/edit")
async def edit(request: Request, season_id: Id) -> Response:
    """A season as it stands."""
    request.state.back = "/console/seasons"
    who = await operator(request, ADMIN)
    stored = (await season_standing(container_of(request).house, season_id)).season
    draft = Draft(stored, fields_of(stored.config), stored.config, version=stored.version)
    return await _page(request, who, draft)


@router.post("/console/seasons/new/edit")
async def save_new(request: Request) -> Response:
    """Saves a new season as a draft, or shows it again."""
    return await _saved(request, None)


@router.post("/console/seasons/{season_id}/edit")
async def save(request: Request, season_id: Id) -> Response:
    """Saves a season, or shows again what was typed with what is wrong, or only how it would look."""
    return await _saved(request, season_id)


async def _saved(request: Request, season_id: int | None) -> Response:
    who = await operator(request, ADMIN)
    form = await request.form(max_fields=MOST_FIELDS)
    house = container_of(request).house
    stored = None if season_id is None else (await season_standing(house, season_id)).season
    draft = _draft(form, stored)
    if form.get("do") == "save" and draft.config is not None:
        try:
            act = who.act(REASON.validate_python(draft.reason))
            if stored is None:
                after = await create_season(house, act, draft.config, is_active=False)
            else:
                after = await replace_season(
                    house, act, stored.id, draft.config, is_active=None, expected_version=draft.version
                )
        except ValidationError as error:
            add_problem(draft.problems, "reason", error.errors()[0]["msg"])
        except AppError as refusal:
            if refusal.meaning.kind not in MAY_SAY:
                raise
            add_problems(draft.problems, refusal, language_of(request))
        else:
            return done(request, f"/console/seasons/{after.id}", "SAVED")
    status = 422 if form.get("do") == "save" else 200
    return await _page(request, who, draft, status)


def _draft(form: Mapping[str, Any], stored: StoredSeason | None) -> Draft:
    shown = fields_sent(form)
    kept = stored.config.view() if stored else {}
    config, problems = config_of(shown, {name: kept.get(name) for name in KEPT})
    texts = {name: str(form.get(name, "")).strip() for name in ("reason", "version", "day", "player")}
    version = whole_number(texts["version"]) or 0
    return Draft(
        stored,
        shown,
        config,
        problems,
        reason=texts["reason"],
        version=version,
        day=texts["day"],
        player=texts["player"],
    )


async def _page(request: Request, who: Operator, draft: Draft, status: int = 200) -> Response:
    if draft.config is not None:
        await _look_ahead(request, draft, draft.config)
    return show(request, "season_edit.html", who=who, http_status=status, draft=draft, config=draft.config)


async def _look_ahead(request: Request, draft: Draft, config: SeasonConfig) -> None:
    """What the change would do: to the player's view, to the cost, to what players were promised."""
    container = container_of(request)
    if draft.stored is not None:
        draft.changes = differences(draft.stored.config.view(), config.view())
        refusals = await edit_refusals(container.house, draft.stored.id, config)
        for one in told_in(refusals, korean=language_of(request) == KOREAN):
            if one["reason"] not in draft.problems.get(one["field"], ()):
                add_problem(draft.problems, one["field"], one["reason"])
    key = str(draft.stored.id) if draft.stored else None
    draft.warnings = await config_warnings(container.house, ConfigDocument("season", key, config.view()))
    draft.costs = forecast(config)
    day = min(max(kst_date(container.clock.now()), config.start_date), config.end_date)
    if draft.day:
        try:
            day = date.fromisoformat(draft.day)
        except ValueError:
            add_problem(draft.problems, "day", "YYYY-MM-DD")
    stamped, xp = None, None
    if draft.player and draft.stored is not None:
        try:
            stamped, xp = await attendance(container.house, int(draft.player), draft.stored.id)
        except (ValueError, AppError):
            add_problem(draft.problems, "player", "USER_NOT_FOUND")
    draft.day = day.isoformat()
    draft.seen = preview(config, day, stamped, xp)
