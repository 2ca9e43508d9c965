"""Versions of a game's config: added, never changed; one is active.

Reads and locks feature_config. Writes game_configs, game_activations, prize_stock (of prizes that never had stock),
admin_audit_log.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.core.alarms import raise_alarm
from app.core.errors import AppError
from app.core.names import stored_names
from app.domain.config_diff import diff
from app.domain.game import Game
from app.domain.game_fields import GameFields
from app.domain.promises import require_kept
from app.flows.steps.check_references import ConfigDocument, check_references
from app.flows.steps.edits import Row, only
from app.flows.steps.put_in_force import put_in_force, require_stock_fits
from app.services import House, Services
from app.services.audit_service import AdminAct

# far more than play at once; older ones are found by what these count
PLAYS_LOOKED_AT = 1_000
# odds that people played on stand at least as long as a break, or an alarm tells that they did not
SHORTEST_MINUTES = 60
KEPT = ("id", "version", "config_hash", "is_active")


async def add_game_config(house: House, act: AdminAct, game: Game, config: dict[str, Any]) -> Row:
    """A new version, not yet active, with `warnings`. Raises the game's invalid_code naming each bad field."""
    now = house.clock.now()
    setup = game.parse(config)

    async def work(keepers: Services) -> Row:
        warnings = await check_references(keepers, game_document(game, setup), now, code=game.invalid_code)
        await require_stock_fits(keepers, game, setup)
        added = await keepers.game_config.add(game.feature_type, config, actor=act.actor, now=now)
        stored = await _stored(keepers, game, added["id"])
        await keepers.audit.add(act, "GAME_CONFIG_ADDED", _target(game), after=only(stored, *KEPT, "config"), now=now)
        return stored | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def activate_game_config(house: House, act: AdminAct, game: Game, config_id: int) -> Row:
    """Makes this version the only active one: plays that start after the commit are played on it.

    PROMISE_WITHDRAWN when players count on something of the version before (a guarantee, an open round) that this one
    would end, unless so many losing it is accepted.

    An alarm tells of odds that were played on and stood for less than an hour.

    Plays under way finish on the old one first: they share-lock the switch, which is locked here. Raises NOT_FOUND,
    or the game's invalid_code when what plain SQL made of the version can't be played.
    """
    now = house.clock.now()
    found: list[Row] = []

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock(game.feature_type)
        stored = await _stored(keepers, game, config_id)
        with stored_names():
            setup = game.parse(stored["config"])
        warnings = await check_references(keepers, game_document(game, setup), now, code=game.invalid_code)
        before = await keepers.game_config.activations(game.feature_type, limit=1)
        if before and before[0]["config_id"] != config_id:
            await _require_nothing_lost(keepers, act, game, before[0]["config_id"], setup)
            found.extend(await _short_lived(keepers, before[0], now))
        await put_in_force(keepers, game, config_id, setup, actor=act.actor, now=now)
        after = await _stored(keepers, game, config_id)
        await keepers.audit.add(
            act, "GAME_CONFIG_ACTIVATED", _target(game),
            before=before[0] if before else None, after=only(after, *KEPT), now=now,
        )  # fmt: skip
        return after | {"warnings": warnings}

    activated = await house.write(work)
    for facts in found[-1:]:  # a transaction that ran again has looked again
        raise_alarm(
            "odds_short_lived", game=game.code, actor=act.actor,
            version=facts["version"], minutes=facts["minutes"], plays=facts["plays"],
        )  # fmt: skip
    return activated


async def _short_lived(keepers: Services, before: Row, now: datetime) -> list[Row]:
    """What is replaced, if it was in force so shortly that somebody may have played on odds of their own."""
    minutes = (now - datetime.fromisoformat(before["valid_from"])).total_seconds() / 60
    drawn = await keepers.report.newest_draws(before["config_id"], PLAYS_LOOKED_AT)
    if minutes >= SHORTEST_MINUTES or not drawn.plays:
        return []
    return [{"version": before["version"], "minutes": round(minutes, 1), "plays": drawn.plays}]


async def compare_game_configs(house: House, game: Game, config_id: int, against: int | None) -> Row:
    """What this version changes compared with another (default: the one in force), field by field, defaults filled in.

    Raises NOT_FOUND when either is no version of the game.
    """

    async def work(keepers: Services) -> Row:
        newer = await _stored(keepers, game, config_id)
        other = against
        if other is None:
            active = await keepers.game_config.activations(game.feature_type, limit=1)
            other = active[0]["config_id"] if active else 0
        older = await _stored(keepers, game, other)
        with stored_names():
            before, after = (game.parse(row["config"]).model_dump(mode="json") for row in (older, newer))
        return {
            "config_id": newer["id"],
            "version": newer["version"],
            "against": older["id"],
            "against_version": older["version"],
            "changes": [asdict(change) for change in diff(before, after)],
        }

    return await house.read(work)


async def _require_nothing_lost(keepers: Services, act: AdminAct, game: Game, config_id: int, after: Any) -> None:
    try:
        before = game.parse((await _stored(keepers, game, config_id))["config"])
    except AppError:  # plain SQL made of it what can't be played: nobody counts on it
        return
    losses = game.losses(before, after)
    if losses:
        memories = await keepers.game_log.newest_memories(game.feature_type, limit=PLAYS_LOOKED_AT)
        players = sum(game.is_counted_on(before, memory) for memory in memories.values())
        if players > (act.players_who_lose or 0):
            how = ("players_who_lose", f"at least {players} players: name the number to do it")
            require_kept([*losses, how], players)


async def _stored(keepers: Services, game: Game, config_id: int) -> Row:
    row = await keepers.game_config.find(config_id)
    if row is None or row["feature_type"] != game.feature_type:
        raise AppError("NOT_FOUND")
    return row


def game_document(game: Game, setup: GameFields) -> ConfigDocument:
    """A version of a game's config, to check what it names."""
    return ConfigDocument("game", game.feature_type, setup.model_dump(mode="json"))


def _target(game: Game) -> str:
    return f"game:{game.code}"
