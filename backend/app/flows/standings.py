"""Leaderboards and contests of teams as operators see them: how they stand, how they ended, what was paid. Reads only.

Reads leaderboards, leaderboard_scores, leaderboard_marks, leaderboard_windows, leaderboard_results, team_contests,
teams, team_members and team_results.
"""

from dataclasses import dataclass, field
from typing import Any

from app.core.errors import AppError
from app.services import House, Services

Row = dict[str, Any]
OPEN = "OPEN"
WINDOWS = 30  # of those that ended: a month of days


@dataclass(frozen=True, slots=True)
class Standing:
    """One window of a board. `ended` None: it is open, and `ranks` are as they stand now."""

    board: Row
    windows: list[Row]
    key: str | None = None
    ended: Row | None = None
    ranks: list[Row] = field(default_factory=list)


async def leaderboard_standing(house: House, code: str, window_key: str | None, *, limit: int) -> Standing:
    """A board with its windows, the open ones first, and the first ranks of one: by default of the newest.

    Raises LEADERBOARD_NOT_FOUND, and NOT_FOUND for a window that nobody has a score in.
    """

    async def work(keepers: Services) -> Standing:
        board = await keepers.leaderboard.find(code)
        if board is None:
            raise AppError("LEADERBOARD_NOT_FOUND")
        ended = await keepers.leaderboard_result.windows(board["id"], limit=WINDOWS)
        windows = [*await _open_windows(keepers, board["id"], ended), *ended]
        key = window_key or (windows[0]["window_key"] if windows else None)
        if key is None:
            return Standing(board, windows)
        closed = await keepers.leaderboard_result.find(board["id"], key)
        if closed is not None:
            rows = (await keepers.leaderboard_result.results(board["id"], key, after=0, limit=limit))[:limit]
            return Standing(board, windows, key, closed, rows)
        places = (await keepers.leaderboard.top(board["id"], key, after=None, limit=limit))[:limit]
        if not places and window_key is not None:
            raise AppError("NOT_FOUND")
        ranks = [
            {"rank_no": p.rank, "user_id": p.user_id, "score": p.score, "reached_at": p.reached_at, "state": OPEN}
            for p in places
        ]
        return Standing(board, windows, key, None, ranks)

    return await house.read(work)


async def _open_windows(keepers: Services, board_id: int, ended: list[Row]) -> list[Row]:
    """The windows that hold scores and have not ended, the newest first: S12 is newer than S9."""
    over = await keepers.leaderboard_result.paid_windows() | {(board_id, row["window_key"]) for row in ended}
    keys = [key for owner, key in await keepers.leaderboard.scored_windows() if owner == board_id]
    left = sorted((key for key in keys if (board_id, key) not in over), key=lambda key: (len(key), key), reverse=True)
    return [{"window_key": key, "state": OPEN, "players": None, "closed_at": None} for key in left]


async def contest_standing(house: House, code: str, *, limit: int) -> tuple[Row, list[Row]]:
    """(a contest, its first teams: as they stand, or as it was frozen). Raises CONTEST_NOT_FOUND."""

    async def work(keepers: Services) -> tuple[Row, list[Row]]:
        contest = await keepers.team.find(code)
        if contest is None:
            raise AppError("CONTEST_NOT_FOUND")
        if contest["state"] != OPEN:
            return contest, (await keepers.team.results(contest["id"], after=0, limit=limit))[:limit]
        rows = await keepers.team.board(contest["id"], top=limit, own_team=0)
        return contest, [row | {"rank_no": row["rank"]} for row in rows]

    return await house.read(work)
