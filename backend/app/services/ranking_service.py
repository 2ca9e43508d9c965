"""Keeper of the rankings that operators upload."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update

from app.db.statements import Insert, Statement
from app.db.transaction import Tx
from app.models.ranking import daily_ranking_entries, daily_rankings

Row = dict[str, Any]
KNOWN = Statement("""
    SELECT u.external_id, u.id, u.nickname FROM user_profiles u JOIN hosts h ON h.id = u.host_id
    WHERE h.code = ? AND u.external_id IN ({ids})
    UNION ALL
    SELECT a.external_id, u.id, u.nickname FROM player_aliases a JOIN hosts h ON h.id = a.host_id
    JOIN user_profiles u ON u.id = a.user_id
    WHERE h.code = ? AND a.external_id IN ({ids}) AND a.freed_at IS NULL
""")
ADD = Insert(daily_ranking_entries, ["rank_date", "rank_no", "user_id", "display_name", "score"])


class RankingService:
    """Keeper of daily rankings."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def known(self, host: str, external_ids: Iterable[str]) -> dict[str, tuple[int, str | None]]:
        """(id, nickname) of a host's players, by their external id. Unknown ones are missing."""
        wanted = sorted(set(external_ids))
        rows = await self._tx.rows(KNOWN, [host, *wanted] * 2, ids=len(wanted)) if wanted else ()
        return {row[0]: (row[1], row[2]) for row in rows}

    async def head(self, day: date, *, locked: bool = False) -> Row | None:
        """The day's ranking without its entries; None when none was uploaded."""
        query = select(daily_rankings).where(daily_rankings.c.rank_date == day)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else dict(row)

    async def page(self, *, before: date | None, limit: int) -> list[Row]:
        """The newest days that have a ranking, `limit + 1` at most, older than the day `before`."""
        query = select(daily_rankings)
        if before is not None:
            query = query.where(daily_rankings.c.rank_date < before)
        rows = await self._tx.execute(query.order_by(daily_rankings.c.rank_date.desc()).limit(limit + 1))
        return [dict(row) for row in rows.mappings()]

    async def entries(self, day: date, *, limit: int) -> list[Row]:
        """The first ranks of a day."""
        c = daily_ranking_entries.c
        query = select(daily_ranking_entries).where(c.rank_date == day).order_by(c.rank_no).limit(limit)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def entry_of(self, day: date, user_id: int) -> Row | None:
        """A player's own rank on a day."""
        c = daily_ranking_entries.c
        query = select(daily_ranking_entries).where(c.rank_date == day, c.user_id == user_id)
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else dict(row)

    async def replace(
        self, day: date, rows: Sequence[tuple[int, int | None, str, int]], *, version: int, actor: str, now: datetime
    ) -> None:
        """The whole day anew as this version: (rank, player, name, score) each. 1 makes it new, else lock it first."""
        values = {"version": version, "updated_at": now, "updated_by": actor}
        if version == 1:
            await self._tx.execute(daily_rankings.insert().values(rank_date=day, **values))
        else:
            c = daily_rankings.c
            await self._tx.execute(update(daily_rankings).where(c.rank_date == day).values(**values))
        await self._tx.execute(delete(daily_ranking_entries).where(daily_ranking_entries.c.rank_date == day))
        await self._tx.write(ADD, [(day.isoformat(), *row) for row in rows])
