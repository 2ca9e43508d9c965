"""Games and the versions of their configs."""

from typing import Any

from fastapi import Request, Response

from app.core.errors import AppError
from app.domain.config_fields import PathName
from app.domain.game import Game
from app.flows.admin_reads import list_games
from app.flows.restock import list_stock, restock
from app.flows.save_game_config import activate_game_config, add_game_config, compare_game_configs
from app.games import GAMES
from app.routes.admin.common import READ, READERS, Admin, After, Id, Limit, Version, write
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, expected_version, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed, StopBody
from app.schemas.admin.games import ConfigDiff, ConfigNew, ConfigView, GameList, Restock, StockLine, StockList
from app.utils.pagination import page

router = admin_router("/games", tag="admin: games")
INVALID_CONFIGS = sorted({game.invalid_code for game in GAMES.values()})


@router.get(
    "",
    operation_id="admin_list_games",
    response_model=GameList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def games(request: Request) -> dict[str, Any]:
    """Every registered game with its switch and the version in force."""
    return await list_games(container_of(request).house)


@router.get(
    "/{code}/configs",
    operation_id="admin_list_game_configs",
    response_model=Listed[ConfigView],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "GAME_NOT_FOUND"),
)
async def configs(request: Request, code: PathName, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every version, newest first."""
    game = _game(code)
    rows = await container_of(request).house.read(
        lambda keepers: keepers.game_config.versions(game.feature_type, after=after, limit=limit)
    )
    return page(rows, limit)


@router.get(
    "/{code}/configs/{config_id}",
    operation_id="admin_game_config",
    response_model=ConfigView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "GAME_NOT_FOUND", "NOT_FOUND"),
)
async def config(request: Request, code: PathName, config_id: Id) -> dict[str, Any]:
    """One version."""
    game = _game(code)
    row = await container_of(request).house.read(lambda keepers: keepers.game_config.find(config_id))
    if row is None or row["feature_type"] != game.feature_type:
        raise AppError("NOT_FOUND")
    return row


@router.post(
    "/{code}/configs",
    operation_id="admin_add_game_config",
    status_code=201,
    response_model=ConfigView,
    openapi_extra=write(ConfigNew),
    responses=problems("SCOPE_REQUIRED", "GAME_NOT_FOUND", "VALIDATION_ERROR", *INVALID_CONFIGS),
)
async def add(request: Request, who: Admin, code: PathName) -> dict[str, Any]:
    """A new version, validated by the game, not yet active. Versions never change: to edit is to add."""
    game = _game(code)
    body = parse_body(ConfigNew, await request.body())
    return await add_game_config(container_of(request).house, admin_act(who, body.reason), game, body.config)


@router.post(
    "/{code}/configs/{config_id}/activate",
    operation_id="admin_activate_game_config",
    response_model=ConfigView,
    openapi_extra=write(StopBody),
    responses=problems("SCOPE_REQUIRED", "GAME_NOT_FOUND", "NOT_FOUND"),
)
async def activate(request: Request, who: Admin, code: PathName, config_id: Id) -> dict[str, Any]:
    """Puts a version in force: every play that starts after this answer is played on it."""
    game = _game(code)
    body = parse_body(StopBody, await request.body())
    return await activate_game_config(
        container_of(request).house, admin_act(who, body.reason, body.players_who_lose), game, config_id
    )


@router.get(
    "/{code}/configs/{config_id}/diff",
    operation_id="admin_compare_game_configs",
    response_model=ConfigDiff,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "GAME_NOT_FOUND", "NOT_FOUND"),
)
async def compare(request: Request, code: PathName, config_id: Id, against: Version = None) -> dict[str, Any]:
    """What this version changes, field by field, compared with another one: by default the one in force."""
    return await compare_game_configs(container_of(request).house, _game(code), config_id, against)


@router.get(
    "/{code}/stock",
    operation_id="admin_list_stock",
    response_model=StockList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "GAME_NOT_FOUND"),
)
async def stock(request: Request, code: PathName) -> dict[str, Any]:
    """Every prize that ever had stock: what it started with, what was added, given away and is left."""
    return await list_stock(container_of(request).house, _game(code))


@router.post(
    "/{code}/stock/{prize_id}/restock",
    operation_id="admin_restock",
    response_model=StockLine,
    openapi_extra=write(Restock, if_match=True, is_keyed=True),
    responses=problems("SCOPE_REQUIRED", "GAME_NOT_FOUND", "NOT_FOUND", "VERSION_CONFLICT", "PRECONDITION_REQUIRED"),
)
async def add_units(request: Request, who: Admin, code: PathName, prize_id: Id) -> Response:
    """Adds units to a prize, or takes away what was not given yet. The next play sees them."""
    game = _game(code)
    raw = await request.body()
    body = parse_body(Restock, raw)
    act, expected = keyed_act(request, who, body.reason, raw, StockLine), expected_version(request)
    done = await restock(container_of(request).house, act, game, prize_id, body.units, expected_version=expected)
    return json_answer(done, has_version=True)


def _game(code: str) -> Game:
    game = GAMES.get(code)
    if game is None:
        raise AppError("GAME_NOT_FOUND")
    return game
