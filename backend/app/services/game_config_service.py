"""Keeper of `game_configs` and `game_activations`: versions are added, never changed; one is active per game."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.core.time_utils import kst_text
from app.db.transaction import Tx, new_row_id
from app.db.values import json_in, json_out
from app.models.game import game_activations, game_configs


class GameConfigService:
    """Keeper of game configs."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, feature_type: str, config: dict[str, Any], *, actor: str, now: datetime) -> dict[str, Any]:
        """A new version of a validated config, not yet active. Two at once: the unique version makes one run again."""
        query = select(func.max(game_configs.c.version)).where(game_configs.c.feature_type == feature_type)
        version = ((await self._tx.execute(query)).scalar() or 0) + 1
        text = json_out(config)
        config_hash = hashlib.sha256(text.encode()).hexdigest()
        result = await self._tx.execute(
            game_configs.insert().values(
                feature_type=feature_type,
                version=version,
                config=text,
                config_hash=config_hash,
                created_by=actor,
                created_at=now,
            )
        )
        return {"id": new_row_id(result), "version": version, "config_hash": config_hash}

    async def activate(self, feature_type: str, config_id: int, *, actor: str, now: datetime) -> None:
        """Makes this version the only active one. Waits for the plays under way, which share-lock the old one."""
        c = game_configs.c
        await self._tx.execute(
            update(game_configs).where(c.feature_type == feature_type, c.active_slot == 1).values(active_slot=None)
        )
        await self._tx.execute(update(game_configs).where(c.id == config_id).values(active_slot=1))
        await self._tx.execute(
            game_activations.insert().values(
                feature_type=feature_type, config_id=config_id, actor=actor, activated_at=now
            )
        )

    async def find(self, config_id: int) -> dict[str, Any] | None:
        """One version with its config."""
        row = (await self._tx.execute(select(game_configs).where(game_configs.c.id == config_id))).mappings().first()
        return None if row is None else _shown(dict(row))

    async def versions(self, feature_type: str, *, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest versions first, `limit + 1` at most, older than the version id `after`."""
        query = select(game_configs).where(game_configs.c.feature_type == feature_type)
        if after is not None:
            query = query.where(game_configs.c.id < after)
        rows = await self._tx.execute(query.order_by(game_configs.c.id.desc()).limit(limit + 1))
        return [_shown(dict(row)) for row in rows.mappings()]

    async def activations(self, feature_type: str, *, limit: int) -> list[dict[str, Any]]:
        """Which version was in force from when, newest first, at most `limit`."""
        query = (
            select(game_activations.c.config_id, game_configs.c.version, game_activations.c.activated_at)
            .join(game_configs, game_configs.c.id == game_activations.c.config_id)
            .where(game_activations.c.feature_type == feature_type)
            .order_by(game_activations.c.id.desc())
            .limit(limit)
        )
        return [
            {"config_id": row.config_id, "version": row.version, "valid_from": kst_text(row.activated_at)}
            for row in await self._tx.execute(query)
        ]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    is_active = row.pop("active_slot") == 1
    return row | {"config": json_in(row["config"]), "is_active": is_active}
