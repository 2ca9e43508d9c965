"""Keeper of `player_aliases`: the ids by which a host knew its players before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_, update

from app.db.statements import Upsert
from app.db.transaction import Tx
from app.db.values import instant_out
from app.models.player import player_aliases

SET = Upsert(player_aliases, ["host_id", "external_id"], ["user_id", "created_at", "freed_at"])
Name = tuple[int, str]


class AliasService:
    """Keeper of old ids. Looking a player up by one: `PlayerService.find` and `find_all`."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def keep(self, name: Name, user_id: int, *, freed_at: datetime | None, now: datetime) -> None:
        """An id that the player had: it goes on naming them, or with `freed_at` may be somebody else's from now on.

        Lock the player first, and look that nobody else is named so.
        """
        freed = None if freed_at is None else instant_out(freed_at)
        await self._tx.write(SET, [(*name, user_id, instant_out(now), freed)])

    async def freed(self, names: Iterable[Name]) -> dict[Name, datetime]:
        """Since when ids of players who had them before are free, of the tokens' clock."""
        c = player_aliases.c
        query = select(c.host_id, c.external_id, c.freed_at).where(
            tuple_(c.host_id, c.external_id).in_(sorted(names)), c.freed_at.is_not(None)
        )
        return {(row.host_id, row.external_id): row.freed_at for row in await self._tx.execute(query)}

    async def freed_from(self, name: Name) -> int | None:
        """The player who had an id that was freed."""
        c = player_aliases.c
        query = select(c.user_id).where(c.host_id == name[0], c.external_id == name[1], c.freed_at.is_not(None))
        return (await self._tx.execute(query)).scalar()

    async def of_player(self, user_id: int) -> list[dict[str, Any]]:
        """Every id that the player had before, oldest first."""
        c = player_aliases.c
        query = select(c.external_id, c.created_at, c.freed_at).where(c.user_id == user_id)
        rows = await self._tx.execute(query.order_by(c.created_at, c.external_id))
        return [dict(row) for row in rows.mappings()]

    async def hand_over(self, source: int, target: int) -> None:
        """The source's old ids name the target from now on. Lock both players first."""
        c = player_aliases.c
        await self._tx.execute(update(player_aliases).where(c.user_id == source).values(user_id=target))
