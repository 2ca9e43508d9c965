"""Keeper of leaderboards, their scores and marks."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update

from app.db.statements import Accumulate, Statement, Upsert
from app.db.transaction import Tx, new_row_id
from app.db.values import instant_out, json_in, json_out, known_instant_in
from app.domain.board_config import BoardConfig
from app.domain.boards import Place
from app.models.leaderboard import leaderboard_marks, leaderboard_scores, leaderboards

Row = dict[str, Any]
ScoreKey = tuple[int, str, int]
ADD_SCORES = Accumulate(
    leaderboard_scores,
    ["board_id", "window_key", "user_id"],
    adds=["score", "rank_key"],
    latest=["reached_at"],
)
# who has no rank: banned from the board, blocked altogether, or without a score
RANKED = """
    FROM leaderboard_scores s JOIN user_profiles u ON u.id = s.user_id AND u.is_blocked = 0
    LEFT JOIN leaderboard_marks m ON m.board_id = s.board_id AND m.user_id = s.user_id
    WHERE s.board_id = ? AND s.window_key = ? AND s.rank_key < 0 AND (m.mark IS NULL OR m.mark <> 'BANNED')
"""
COLUMNS = "s.user_id, s.score, s.reached_at, u.nickname, u.external_id, m.mark"
TOP = Statement(f"SELECT {COLUMNS} {RANKED} ORDER BY s.rank_key, s.reached_at, s.user_id LIMIT ?")
BEHIND = Statement(f"""
    SELECT {COLUMNS} {RANKED} AND (s.rank_key > ? OR (s.rank_key = ? AND (s.reached_at > ?
        OR (s.reached_at = ? AND s.user_id > ?))))
    ORDER BY s.rank_key, s.reached_at, s.user_id LIMIT ?
""")
OWN = Statement(f"SELECT {COLUMNS} {RANKED} AND s.user_id = ?")
BEFORE = Statement(f"""
    SELECT COUNT(*) {RANKED} AND (s.rank_key < ? OR (s.rank_key = ? AND (s.reached_at < ?
        OR (s.reached_at = ? AND s.user_id < ?))))
""")
WINDOWS = Statement("SELECT DISTINCT board_id, window_key FROM leaderboard_scores")
SET_MARK = Upsert(leaderboard_marks, ["board_id", "user_id"], ["mark", "updated_at", "updated_by"])


class LeaderboardService:
    """Keeper of leaderboards."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def page(self, *, after: int | None, limit: int) -> list[Row]:
        """Newest boards first, `limit + 1` at most, older than the board `after`."""
        query = select(leaderboards)
        if after is not None:
            query = query.where(leaderboards.c.id < after)
        return await self._rows(query.order_by(leaderboards.c.id.desc()).limit(limit + 1))

    async def _rows(self, query: Select[Any]) -> list[Row]:
        rows = (await self._tx.execute(query)).mappings()
        return [dict(row) | {"config": json_in(row["config"])} for row in rows]

    async def find(self, code: str, *, locked: bool = False) -> Row | None:
        """One board. Lock every switch before you lock it."""
        query = select(leaderboards).where(leaderboards.c.code == code)
        rows = await self._rows(query.with_for_update() if locked else query)
        return rows[0] if rows else None

    async def add(self, config: BoardConfig, *, host_id: int | None, is_active: bool, now: datetime) -> int:
        """A new board as version 1."""
        values = {"code": config.code, "host_id": host_id, "is_active": is_active, "config": json_out(config.view())}
        result = await self._tx.execute(
            leaderboards.insert().values(**values, version=1, created_at=now, updated_at=now)
        )
        return new_row_id(result)

    async def change(self, board_id: int, *, now: datetime, config: Row | None = None, **values: Any) -> None:
        """Some columns, as the board's next version. Lock it first."""
        c = leaderboards.c
        kept = {} if config is None else {"config": json_out(config)}
        await self._tx.execute(
            update(leaderboards).where(c.id == board_id).values(**values, **kept, version=c.version + 1, updated_at=now)
        )

    async def add_scores(self, gains: Mapping[ScoreKey, tuple[int, datetime]]) -> None:
        """Adds to scores; the time of a score is the latest that added to it. Lock the players first."""
        await self._tx.write(
            ADD_SCORES,
            [
                (board_id, window_key, user_id, amount, -amount, instant_out(at))
                for (board_id, window_key, user_id), (amount, at) in sorted(gains.items())
            ],
        )

    async def scored_windows(self) -> list[tuple[int, str]]:
        """(board, window) of every window that holds a score."""
        return [(row[0], row[1]) for row in await self._tx.rows(WINDOWS)]

    async def players(self, board_id: int, windows: Collection[str] | None = None) -> int:
        """How many players have a score on the board, in any window or in these."""
        c = leaderboard_scores.c
        query = select(func.count(c.user_id.distinct())).where(c.board_id == board_id)
        if windows is not None:
            query = query.where(c.window_key.in_(windows))
        return int((await self._tx.execute(query)).scalar_one())

    async def top(self, board_id: int, window_key: str, *, after: Place | None, limit: int) -> list[Place]:
        """The ranks of a window as they stand, from the first one or from behind a place on; `limit + 1` at most."""
        if after is None:
            rows, rank = await self._tx.rows(TOP, (board_id, window_key, limit + 1)), 0
        else:
            params = (board_id, window_key, *_position(after), limit + 1)
            rows, rank = await self._tx.rows(BEHIND, params), after.rank
        return [_place(number, row) for number, row in enumerate(rows, start=rank + 1)]

    async def place_of(self, board_id: int, window_key: str, user_id: int) -> Place | None:
        """A player's own place; None without one. Counts those before it."""
        rows = await self._tx.rows(OWN, (board_id, window_key, user_id))
        if not rows:
            return None
        place = _place(0, rows[0])
        before = await self._tx.rows(BEFORE, (board_id, window_key, *_position(place)))
        return _place(before[0][0] + 1, rows[0])

    async def marks(self, board_id: int) -> list[Row]:
        """Every player whom operators marked on a board."""
        query = select(leaderboard_marks).where(leaderboard_marks.c.board_id == board_id)
        rows = await self._tx.execute(query.order_by(leaderboard_marks.c.user_id))
        return [dict(row) for row in rows.mappings()]

    async def set_mark(self, board_id: int, user_id: int, mark: str | None, *, actor: str, now: datetime) -> None:
        """Marks a player on a board, or takes the mark away."""
        if mark is None:
            c = leaderboard_marks.c
            await self._tx.execute(delete(leaderboard_marks).where(c.board_id == board_id, c.user_id == user_id))
        else:
            await self._tx.write(SET_MARK, [(board_id, user_id, mark, instant_out(now), actor)])


def _place(rank: int, row: Iterable[Any]) -> Place:
    user_id, score, reached_at, name, external_id, mark = row
    return Place(rank, user_id, score, known_instant_in(reached_at), name, external_id, mark == "HIDDEN")


def _position(place: Place) -> tuple[Any, ...]:
    """What the order of ranks compares: (key, key, time, time, id)."""
    at = instant_out(place.reached_at)
    return (-place.score, -place.score, at, at, place.user_id)
