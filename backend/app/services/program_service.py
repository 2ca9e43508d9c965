"""Keeper of `programs`: lines of seasons that run side by side, each of one host or of all. Its owner never changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.db.transaction import Tx, new_row_id
from app.models.identity import hosts
from app.models.season import programs


class ProgramService:
    """Keeper of programs."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def all(self) -> list[dict[str, Any]]:
        """Every program with its host's code, oldest first."""
        query = select(programs, hosts.c.code.label("host")).outerjoin(hosts, hosts.c.id == programs.c.host_id)
        return [dict(row) for row in (await self._tx.execute(query.order_by(programs.c.id))).mappings()]

    async def is_known(self, code: str) -> bool:
        """True when there is such a program."""
        return (await self._tx.execute(select(programs.c.id).where(programs.c.code == code))).first() is not None

    async def add(self, code: str, title: str, *, host_id: int | None, now: datetime) -> int:
        """A new program. A code that exists raises IntegrityError."""
        values = {"code": code, "title": title, "host_id": host_id, "created_at": now}
        return new_row_id(await self._tx.execute(programs.insert().values(**values)))
