"""A3, games: odds as promised and as drawn, stock and how long it lasts, versions and what they change."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from app.core.auth import ADMIN
from app.core.errors import AppError
from app.domain.config_fields import PathName
from app.domain.game import Game
from app.domain.stock import MAX_STOCK
from app.flows.admin_reads import list_games
from app.flows.config_warnings import config_warnings
from app.flows.game_report import game_report
from app.flows.restock import restock
from app.flows.save_game_config import activate_game_config, add_game_config, compare_game_configs, game_document
from app.games import GAMES
from app.pages.console.documents import Document, Typed, problems_of, read_document, read_reason, written
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, FormKey, Id, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.games import Restock
from app.services import House

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@router.get("/console/games")
async def games(request: Request) -> Response:
    """Every registered game with its switch and the version in force."""
    who = await operator(request)
    return show(request, "games.html", who=who, games=(await list_games(container_of(request).house))["items"])


@router.get("/console/games/{code}")
async def game(request: Request, code: PathName, after: After = None) -> Response:
    """One game: are its draws what they should be, how long will its prizes last, what stood before."""
    request.state.back = "/console/games"
    who = await operator(request)
    report = await game_report(container_of(request).house, _game(code), after=after, limit=LINES)
    return show(request, "game.html", who=who, game=_game(code), report=report, after=after)


@router.get("/console/games/{code}/new")
async def draft(
    request: Request, code: PathName, base: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None
) -> Response:
    """A form with a version to start from: by default the one in force."""
    request.state.back = f"/console/games/{code}"
    who = await operator(request, ADMIN)
    report = await game_report(container_of(request).house, _game(code), after=None, limit=LINES)
    rows = [row for row in report.versions["items"] if row["id"] == base or (base is None and row["is_active"])]
    text = written(rows[0]["config"]) if rows else "{}"
    return show(request, "game_new.html", who=who, game=_game(code), text=text, problems=(), typed="")


@router.post("/console/games/{code}/new")
async def add(request: Request, code: PathName, config: Document, reason: Typed = "") -> Response:
    """A new version, not yet active; refused, what was typed stands there again."""
    who = await operator(request, ADMIN)
    found = _game(code)
    try:
        act, document = who.act(read_reason(reason)), read_document(config)
        row = await add_game_config(container_of(request).house, act, found, document)
    except AppError as refusal:
        problems = problems_of(request, refusal, config)
        return show(
            request, "game_new.html", who=who, http_status=422, game=found, text=config, problems=problems, typed=reason
        )
    return done(request, f"/console/games/{code}/versions/{row['id']}", "SAVED")


@router.get("/console/games/{code}/versions/{config_id}")
async def version(request: Request, code: PathName, config_id: Id) -> Response:
    """What a version changes compared with the one in force, and the way to put it in force."""
    request.state.back = f"/console/games/{code}"
    who = await operator(request)
    house, found = container_of(request).house, _game(code)
    row = await house.read(lambda keepers: keepers.game_config.find(config_id))
    if row is None or row["feature_type"] != found.feature_type:
        raise AppError("NOT_FOUND")
    try:
        comparison = await compare_game_configs(house, found, config_id, None)
    except AppError as refusal:  # no version is in force yet
        if refusal.code != "NOT_FOUND":
            raise
        comparison = None
    warnings = [] if row["is_active"] else await _warnings(house, found, row["config"])
    text = written(row["config"])
    return show(
        request,
        "game_version.html",
        who=who,
        game=found,
        row=row,
        comparison=comparison,
        warnings=warnings,
        text=text,
    )


@router.post("/console/games/{code}/versions/{config_id}/activate")
async def activate(request: Request, code: PathName, config_id: Id, reason: Reason) -> Response:
    """Puts a version in force: every play that starts after this answer is played on it."""
    back = request.state.back = f"/console/games/{code}"
    who = await operator(request, ADMIN)
    await activate_game_config(container_of(request).house, who.act(reason), _game(code), config_id)
    return done(request, back)


@router.post("/console/games/{code}/stock/{prize_id}")
async def add_units(
    request: Request,
    code: PathName,
    prize_id: Id,
    *,
    units: Annotated[int, Form(ge=-MAX_STOCK, le=MAX_STOCK)],
    reason: Reason,
    version: Version,
    key: FormKey,
) -> Response:
    """Adds units to a prize, or takes away what was not given yet."""
    back = request.state.back = f"/console/games/{code}"
    who = await operator(request, ADMIN)
    moved = _units(units, reason)
    house = container_of(request).house
    act = who.keyed(reason, key, code, prize_id, moved)
    await restock(house, act, _game(code), prize_id, moved, expected_version=version)
    return done(request, back)


async def _warnings(house: House, game: Game, config: dict[str, Any]) -> list[dict[str, Any]]:
    """What a version names that can't be reached; nothing for one that can't be read."""
    try:
        return await config_warnings(house, game_document(game, game.parse(config)))
    except AppError:
        return []


def _units(units: int, reason: str) -> int:
    try:
        return Restock(units=units, reason=reason).units
    except ValueError:
        raise AppError("VALIDATION_ERROR", fields=[{"field": "units", "reason": "a number of units, not 0"}]) from None


def _game(code: str) -> Game:
    found = GAMES.get(code)
    if found is None:
        raise AppError("GAME_NOT_FOUND")
    return found
