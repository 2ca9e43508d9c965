"""Keeper of `app_ui_config`: texts that operators edit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.db.transaction import Tx
from app.db.values import json_in, json_out
from app.models.ui_config import app_ui_config


class UiConfigService:
    """Keeper of UI texts."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def find(self, key: str, *, locked: bool = False) -> dict[str, Any] | None:
        """One text with its version."""
        query = select(app_ui_config).where(app_ui_config.c.config_key == key)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else dict(row) | {"value": json_in(row["value"])}

    async def fingerprint(self) -> int:
        """Changes when a text does."""
        return int((await self._tx.execute(select(func.sum(app_ui_config.c.version)))).scalar() or 0)

    async def find_many(self, keys: Sequence[str]) -> dict[str, Any]:
        """The values of these texts; a key that isn't there is missing from the answer."""
        query = select(app_ui_config.c.config_key, app_ui_config.c.value).where(app_ui_config.c.config_key.in_(keys))
        return {row.config_key: json_in(row.value) for row in await self._tx.execute(query)}

    async def all(self) -> list[dict[str, Any]]:
        """Every text, by key."""
        rows = await self._tx.execute(select(app_ui_config).order_by(app_ui_config.c.config_key))
        return [dict(row) | {"value": json_in(row["value"])} for row in rows.mappings()]

    async def save(self, key: str, value: Any, *, version: int, actor: str, now: datetime) -> None:
        """Writes a text as this version: 1 makes it new, else the row must be locked and one version behind."""
        values = {"value": json_out(value), "version": version, "updated_at": now, "updated_by": actor}
        if version == 1:
            await self._tx.execute(app_ui_config.insert().values(config_key=key, **values))
        else:
            await self._tx.execute(update(app_ui_config).where(app_ui_config.c.config_key == key).values(**values))
