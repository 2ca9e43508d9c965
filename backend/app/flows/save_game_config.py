"""Versions of a game's config: added, never changed; one is active.

Reads and locks feature_config. Writes game_configs, game_activations, admin_audit_log.
"""

from typing import Any

from app.core.errors import AppError
from app.domain.game import Game
from app.domain.token_types import require_known_tokens
from app.flows.steps.edits import Row, only
from app.games import TOKEN_TYPES
from app.services import House, Services
from app.services.audit_service import AdminAct

KEPT = ("id", "version", "config_hash", "is_active")


async def add_game_config(house: House, act: AdminAct, game: Game, config: dict[str, Any]) -> Row:
    """A new version, not yet active. Raises INVALID_<GAME>_CONFIG naming each bad field."""
    now = house.clock.now()
    game.parse(config)
    require_known_tokens(config, TOKEN_TYPES, code=f"INVALID_{game.feature_type}_CONFIG")

    async def work(keepers: Services) -> Row:
        added = await keepers.game_config.add(game.feature_type, config, actor=act.actor, now=now)
        stored = await _stored(keepers, game, added["id"])
        await keepers.audit.add(act, "GAME_CONFIG_ADDED", _target(game), after=only(stored, *KEPT, "config"), now=now)
        return stored

    return await house.write(work, is_repeatable=False)


async def activate_game_config(house: House, act: AdminAct, game: Game, config_id: int) -> Row:
    """Makes this version the only active one: plays that start after the commit are played on it.

    Plays under way finish on the old one first: they share-lock the switch, which is locked here. Raises NOT_FOUND,
    or INVALID_<GAME>_CONFIG when what plain SQL made of the version can't be played.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock(game.feature_type)
        stored = await _stored(keepers, game, config_id)
        game.parse(stored["config"])
        before = (await keepers.game_config.activations(game.feature_type))[:1]
        await keepers.game_config.activate(game.feature_type, config_id, actor=act.actor, now=now)
        after = await _stored(keepers, game, config_id)
        await keepers.audit.add(
            act, "GAME_CONFIG_ACTIVATED", _target(game),
            before=before[0] if before else None, after=only(after, *KEPT), now=now,
        )  # fmt: skip
        return after

    return await house.write(work)


async def _stored(keepers: Services, game: Game, config_id: int) -> Row:
    row = await keepers.game_config.find(config_id)
    if row is None or row["feature_type"] != game.feature_type:
        raise AppError("NOT_FOUND")
    return row


def _target(game: Game) -> str:
    return f"game:{game.code}"
