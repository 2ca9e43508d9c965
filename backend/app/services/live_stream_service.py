"""Keeper of `live_streams`: how many streams each process keeps open, for each player and altogether."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from app.db.statements import Upsert, database_time
from app.db.transaction import Tx
from app.db.values import instant_out, known_instant_in
from app.models.live_stream import live_streams

SET_STREAMS = Upsert(live_streams, ["process", "user_id"], ["streams", "seen_at"])
# three reports of a process are missed before its streams count no more
SILENT_SECONDS = 30


class LiveStreamService:
    """Keeper of live streams."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def elsewhere(self, process: str, user_ids: Iterable[int]) -> tuple[dict[int, int], int]:
        """What other processes keep open: of these players, and of all. Exact for players whom you have locked."""
        c = live_streams.c
        others = (c.process != process, c.seen_at > database_time(self._tx.flavour, -SILENT_SECONDS))
        theirs = select(c.user_id, func.sum(c.streams)).where(c.user_id.in_(sorted(user_ids)), *others)
        rows: Any = await self._tx.execute(theirs.group_by(c.user_id))
        by_player = {row[0]: int(row[1]) for row in rows}
        everybody = await self._tx.execute(select(func.coalesce(func.sum(c.streams), 0)).where(*others))
        return by_player, int(everybody.scalar_one())

    async def tell(self, process: str, streams: Mapping[int, int]) -> None:
        """Writes how many this process keeps open for each of these players; none is no row."""
        c, now = live_streams.c, await self._now()
        await self._tx.write(
            SET_STREAMS, [(process, user, count, instant_out(now)) for user, count in sorted(streams.items()) if count]
        )
        gone = sorted(user for user, count in streams.items() if not count)
        if gone:
            await self._tx.execute(delete(live_streams).where(c.process == process, c.user_id.in_(gone)))

    async def report(self, process: str) -> None:
        """Says that this process is there, and removes what others left who are not."""
        c, flavour = live_streams.c, self._tx.flavour
        mine = update(live_streams).where(c.process == process)
        await self._tx.execute(mine.values(seen_at=database_time(flavour)))
        silent = c.seen_at < database_time(flavour, -2 * SILENT_SECONDS)
        await self._tx.execute(delete(live_streams).where(silent))

    async def forget(self, process: str) -> None:
        """This process keeps none open any more."""
        await self._tx.execute(delete(live_streams).where(live_streams.c.process == process))

    async def _now(self) -> datetime:
        return known_instant_in((await self._tx.execute(select(database_time(self._tx.flavour)))).scalar_one())
