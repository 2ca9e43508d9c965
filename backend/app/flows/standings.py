"""Leaderboards and contests of teams as operators see them: how they stand, how they ended, what was paid. Reads only.

Reads leaderboards, leaderboard_scores, leaderboard_marks, leaderboard_windows, leaderboard_results, team_contests,
teams, team_members and team_results.
"""

from dataclasses import dataclass, field
from typing import Any

from app.core.errors import AppError
from app.services import House, Services
from app.utils.pagination import page

Row = dict[str, Any]
OPEN = "OPEN"
WINDOWS = 30  # of those that ended: a month of days


@dataclass(frozen=True, slots=True)
class Standing:
    """One window of a board. `ended` None: it is open, and `ranks` are as they stand now.

    Of ranks and of windows that ended only the first are here: `has_more_…` says that there are others.
    """

    board: Row
    windows: list[Row]
    key: str | None = None
    ended: Row | None = None
    ranks: list[Row] = field(default_factory=list)
    has_more_ranks: bool = False
    has_more_windows: bool = False


async def leaderboard_standing(house: House, code: str, window_key: str | None, *, limit: int) -> Standing:
    """A board with its windows, the open ones first, and the first ranks of one: by default of the newest.

    Raises LEADERBOARD_NOT_FOUND, and NOT_FOUND for a window that nobody has a score in.
    """

    async def work(keepers: Services) -> Standing:
        board = await keepers.leaderboard.find(code)
        if board is None:
            raise AppError("LEADERBOARD_NOT_FOUND")
        found = page(await keepers.leaderboard_result.windows(board["id"], limit=WINDOWS), WINDOWS, key="window_key")
        windows = [*await _open_windows(keepers, board["id"], found["items"]), *found["items"]]
        key = window_key or (windows[0]["window_key"] if windows else None)
        if key is None:
            return Standing(board, windows)
        closed = await keepers.leaderboard_result.find(board["id"], key)
        rows = await _ranks(keepers, board["id"], key, is_open=closed is None, limit=limit)
        if closed is None and not rows and window_key is not None:
            raise AppError("NOT_FOUND")
        ranks = page(rows, limit, key="rank_no")
        return Standing(board, windows, key, closed, ranks["items"], ranks["has_more"], found["has_more"])

    return await house.read(work)


async def _ranks(keepers: Services, board_id: int, key: str, *, is_open: bool, limit: int) -> list[Row]:
    """The first ranks of a window, `limit + 1` at most."""
    if not is_open:
        return await keepers.leaderboard_result.results(board_id, key, after=0, limit=limit)
    return [
        {"rank_no": p.rank, "user_id": p.user_id, "score": p.score, "reached_at": p.reached_at, "state": OPEN}
        for p in await keepers.leaderboard.top(board_id, key, after=None, limit=limit)
    ]


async def _open_windows(keepers: Services, board_id: int, ended: list[Row]) -> list[Row]:
    """The windows that hold scores and have not ended, the newest first: S12 is newer than S9."""
    over = await keepers.leaderboard_result.paid_windows() | {(board_id, row["window_key"]) for row in ended}
    keys = [key for owner, key in await keepers.leaderboard.scored_windows() if owner == board_id]
    left = sorted((key for key in keys if (board_id, key) not in over), key=lambda key: (len(key), key), reverse=True)
    return [{"window_key": key, "state": OPEN, "players": None, "closed_at": None} for key in left]


async def contest_standing(house: House, code: str, *, after: int = 0, limit: int) -> tuple[Row, Row]:
    """(a contest, a page of its teams behind a rank: as they stand, or as it was frozen). Raises CONTEST_NOT_FOUND."""

    async def work(keepers: Services) -> tuple[Row, Row]:
        contest = await _contest(keepers, code)
        if contest["state"] != OPEN:
            rows = await keepers.team.results(contest["id"], after=after, limit=limit)
        else:
            rows = [_ranked(row) for row in await keepers.team.board(contest["id"], top=limit + 1, after=after)]
        return contest, page(rows, limit, key="rank_no")

    return await house.read(work)


async def team_standing(house: House, code: str, team_id: int) -> tuple[Row, Row]:
    """(a contest, one of its teams with its rank). Raises CONTEST_NOT_FOUND and TEAM_NOT_FOUND."""

    async def work(keepers: Services) -> tuple[Row, Row]:
        contest = await _contest(keepers, code)
        if contest["state"] == OPEN:
            team = next(iter(await keepers.team.board(contest["id"], top=0, own_team=team_id)), None)
            found = None if team is None else _ranked(team)
        else:
            found = await keepers.team.result_of(contest["id"], team_id)
        if found is None:
            raise AppError("TEAM_NOT_FOUND")
        return contest, found

    return await house.read(work)


async def _contest(keepers: Services, code: str) -> Row:
    contest = await keepers.team.find(code)
    if contest is None:
        raise AppError("CONTEST_NOT_FOUND")
    return contest


def _ranked(row: Row) -> Row:
    return row | {"rank_no": row["rank"]}
