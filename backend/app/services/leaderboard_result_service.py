"""Keeper of how each window of a leaderboard ended: the ranks that stood, and what they were paid."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from app.db.statements import Statement
from app.db.transaction import Tx
from app.db.values import json_in, json_out, known_instant_in
from app.domain.boards import Place
from app.models.leaderboard import leaderboard_results, leaderboard_windows

Row = dict[str, Any]
CLOSED, PAID = "CLOSED", "PAID"
# the ranks as `LeaderboardService` orders them, written down in one statement
SNAPSHOT = Statement("""
    INSERT INTO leaderboard_results (board_id, window_key, rank_no, user_id, score, reached_at, state)
    SELECT s.board_id, s.window_key, ROW_NUMBER() OVER (ORDER BY s.rank_key, s.reached_at, s.user_id), s.user_id,
           s.score, s.reached_at, 'WAITING'
    FROM leaderboard_scores s JOIN user_profiles u ON u.id = s.user_id AND u.is_blocked = 0
    LEFT JOIN leaderboard_marks m ON m.board_id = s.board_id AND m.user_id = s.user_id
    WHERE s.board_id = ? AND s.window_key = ? AND s.rank_key < 0 AND (m.mark IS NULL OR m.mark <> 'BANNED')
    ORDER BY s.rank_key, s.reached_at, s.user_id LIMIT ?
""")

PLACES = Statement("""
    SELECT r.rank_no, r.user_id, r.score, r.reached_at, u.nickname, u.external_id, m.mark
    FROM leaderboard_results r JOIN user_profiles u ON u.id = r.user_id
    LEFT JOIN leaderboard_marks m ON m.board_id = r.board_id AND m.user_id = r.user_id
    WHERE r.board_id = ? AND r.window_key = ? AND r.rank_no > ? ORDER BY r.rank_no LIMIT ?
""")

# by window, so that no index by player is needed; who is not blocked and stands in the ranks has a row there
MISSED = Statement("""
    SELECT b.code, w.board_id, w.window_key, w.rank_rewards, s.score, r.rank_no, 1 + (
        SELECT COUNT(*) FROM leaderboard_results o
        WHERE o.board_id = w.board_id AND o.window_key = w.window_key AND (o.score > s.score OR (
            o.score = s.score AND (o.reached_at < s.reached_at OR (
                o.reached_at = s.reached_at AND o.user_id < s.user_id
            ))
        ))
    )
    FROM leaderboard_windows w JOIN leaderboards b ON b.id = w.board_id
    JOIN leaderboard_scores s ON s.board_id = w.board_id AND s.window_key = w.window_key AND s.user_id = ?
    LEFT JOIN leaderboard_results r
        ON r.board_id = w.board_id AND r.window_key = w.window_key AND r.user_id = s.user_id
    LEFT JOIN leaderboard_marks m ON m.board_id = w.board_id AND m.user_id = s.user_id
    WHERE w.state = 'PAID' AND s.rank_key < 0 AND (
        r.state = 'BLOCKED' OR (r.rank_no IS NULL AND (m.mark IS NULL OR m.mark <> 'BANNED'))
    ) ORDER BY w.closed_at, w.board_id
""")


class LeaderboardResultService:
    """Keeper of closed windows."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def paid_windows(self) -> set[tuple[int, str]]:
        """(board, window) of every window that is over and paid."""
        c = leaderboard_windows.c
        query = select(c.board_id, c.window_key).where(c.state == PAID)
        return {(row.board_id, row.window_key) for row in await self._tx.execute(query)}

    async def find(self, board_id: int, window_key: str) -> Row | None:
        """How a window ended; None while it is open."""
        c = leaderboard_windows.c
        query = select(leaderboard_windows).where(c.board_id == board_id, c.window_key == window_key)
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else dict(row) | {"rank_rewards": json_in(row["rank_rewards"])}

    async def windows(self, board_id: int, *, after: str | None = None, limit: int) -> list[Row]:
        """The windows of a board that ended, the newest first, `limit + 1` at most, older than the window `after`."""
        c = leaderboard_windows.c
        query = select(leaderboard_windows).where(c.board_id == board_id)
        if after is not None:
            last = select(c.closed_at).where(c.board_id == board_id, c.window_key == after).scalar_subquery()
            query = query.where(or_(c.closed_at < last, and_(c.closed_at == last, c.window_key < after)))
        rows = await self._tx.execute(query.order_by(c.closed_at.desc(), c.window_key.desc()).limit(limit + 1))
        return [dict(row) | {"rank_rewards": json_in(row["rank_rewards"])} for row in rows.mappings()]

    async def close(
        self, board_id: int, window_key: str, *, keep_ranks: int, rank_rewards: list[Any], now: datetime
    ) -> None:
        """Writes down the ranks as they stand, once. Nothing may be added to the scores any more."""
        await self._tx.run(SNAPSHOT, (board_id, window_key, keep_ranks))
        c = leaderboard_results.c
        query = select(func.count()).where(c.board_id == board_id, c.window_key == window_key)
        await self._tx.execute(
            leaderboard_windows.insert().values(
                board_id=board_id,
                window_key=window_key,
                state=CLOSED,
                players=(await self._tx.execute(query)).scalar(),
                rank_rewards=json_out(rank_rewards),
                closed_at=now,
                updated_at=now,
            )
        )

    async def finish(self, board_id: int, window_key: str, *, now: datetime) -> None:
        """Every rank of the window is paid."""
        c = leaderboard_windows.c
        window = (c.board_id == board_id, c.window_key == window_key)
        await self._tx.execute(update(leaderboard_windows).where(*window).values(state=PAID, updated_at=now))

    async def results(self, board_id: int, window_key: str, *, after: int, limit: int) -> list[Row]:
        """The next ranks of a closed window, `limit + 1` at most."""
        c = leaderboard_results.c
        query = select(leaderboard_results).where(c.board_id == board_id, c.window_key == window_key, c.rank_no > after)
        rows = await self._tx.execute(query.order_by(c.rank_no).limit(limit + 1))
        return [dict(row) for row in rows.mappings()]

    async def places(self, board_id: int, window_key: str, *, after: int, limit: int) -> list[Place]:
        """The same as players see it."""
        rows = await self._tx.rows(PLACES, (board_id, window_key, after, limit + 1))
        return [
            Place(rank, user_id, score, known_instant_in(at), name, external_id, mark == "HIDDEN")
            for rank, user_id, score, at, name, external_id, mark in rows
        ]

    async def missed(self, user_id: int) -> list[Row]:
        """The paid windows in which the player has a score and nothing was paid for it, with what was promised.

        `rank_no` None: they have no rank, because they were blocked (or banned from the board) when it closed; then
        `would_be` is the one they would have had. Oldest first.
        """
        names = ("code", "board_id", "window_key", "rank_rewards", "score", "rank_no", "would_be")
        rows = await self._tx.rows(MISSED, (user_id,))
        return [dict(zip(names, row, strict=True)) | {"rank_rewards": json_in(row[3])} for row in rows]

    async def mark_paid(self, board_id: int, window_key: str, states: dict[str, list[int]]) -> None:
        """Writes what became of ranks: their numbers by state. The players must be locked."""
        c = leaderboard_results.c
        for state, ranks in sorted(states.items()):
            own = (c.board_id == board_id, c.window_key == window_key, c.rank_no.in_(ranks))
            await self._tx.execute(update(leaderboard_results).where(*own).values(state=state))

    async def place_of(self, board_id: int, window_key: str, user_id: int) -> Place | None:
        """A player's rank in a closed window; None when the snapshot doesn't hold it."""
        c = leaderboard_results.c
        query = select(leaderboard_results).where(
            c.board_id == board_id, c.window_key == window_key, c.user_id == user_id
        )
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else Place(row["rank_no"], user_id, row["score"], row["reached_at"])
