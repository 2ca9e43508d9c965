"""What the runs of each job can be about: windows, contests, campaigns. Reads; locks nothing."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from app.core.time_utils import kst_date, kst_midnight
from app.domain.bridge import CampaignState
from app.domain.jobs import (
    BRIDGE_CLOSING,
    BRIDGE_LEVELS,
    BRIDGE_SETTLEMENT,
    LEADERBOARD_CLOSE,
    TEAM_SETTLEMENT,
    Subject,
    subject_from,
    subject_slot,
)
from app.domain.spans import season_of_key
from app.flows.steps.raise_level import target_season
from app.services import Services

Ask = Callable[[Services, datetime], Awaitable[list[Subject]]]
# between the closed door and the first payment; what a request can take at most is 15 s
CLOSES_BEFORE = timedelta(seconds=60)


async def windows(keepers: Services, now: datetime) -> list[Subject]:
    """Every window that was scored in and isn't paid yet. One whose season is gone is due, so that a person is told."""
    boards = {board.id: board for board in (await keepers.rule_book.seasons_on(kst_date(now))).goals.boards}
    if not boards:
        return []
    over = await keepers.leaderboard_result.paid_windows()
    found = []
    for board_id, key in await keepers.leaderboard.scored_windows():
        board = boards.get(board_id)
        if board is None or (board_id, key) in over:
            continue
        end = await season_end(keepers, key)
        is_lost = season_of_key(key) is not None and end is None
        closes_at = now if is_lost else board.closes_at(key, end)
        if closes_at is not None:
            name = f"{board.config.title_ko} · {key}"
            found.append(subject_from(LEADERBOARD_CLOSE, f"{board.code}:{key}", name, closes_at))
    return found


async def season_end(keepers: Services, key: str) -> date | None:
    """The last day of the season that a window is named after; None for other windows, and when it is gone."""
    season_id = season_of_key(key)
    season = None if season_id is None else await keepers.season.find(season_id)
    return None if season is None else season.config.end_date


async def contests(keepers: Services, now: datetime) -> list[Subject]:
    """Every contest that isn't settled yet. One whose season is gone is due, so that a person is told."""
    known = {one.id: one for one in (await keepers.rule_book.seasons_on(kst_date(now))).goals.contests}
    found = []
    for row in await keepers.team.unsettled():
        contest, season = known.get(row["id"]), await keepers.season.find(row["season_id"])
        closes_at = now if contest is None or season is None else contest.closes_at(season.config.end_date)
        name = contest.config.title_ko if contest is not None else row["code"]
        found.append(subject_from(TEAM_SETTLEMENT, row["code"], name, closes_at))
    return found


async def open_doors(keepers: Services, _now: datetime) -> list[Subject]:
    """Every campaign that players still collect keys in."""
    return [
        subject_from(BRIDGE_CLOSING, row["code"], row["name"], row["settles_at"] - CLOSES_BEFORE)
        for row in await keepers.bridge.in_state(CampaignState.OPEN)
    ]


async def settlements(keepers: Services, _now: datetime) -> list[Subject]:
    """Every campaign that is open or closed and not settled; by hand from the end of its last day on."""
    rows = await keepers.bridge.in_state(CampaignState.OPEN, CampaignState.CLOSING)
    return [
        subject_from(
            BRIDGE_SETTLEMENT,
            row["code"],
            row["name"],
            row["settles_at"],
            may_run_from=kst_midnight(row["end_date"] + timedelta(days=1)),
        )
        for row in rows
    ]


async def waiting_levels(keepers: Services, now: datetime) -> list[Subject]:
    """Every campaign whose levels can be given now, with the run of today."""
    today, found = kst_date(now), []
    rules = await keepers.rule_book.seasons_on(today)
    for row in await keepers.bridge.in_state(CampaignState.SETTLED):
        if not await keepers.bridge.pending_levels(row["id"], after=0, limit=1):
            continue
        campaign = await keepers.rule_book.bridge_named(row["code"])
        if await target_season(keepers, campaign, rules) is not None:
            slot = subject_slot(BRIDGE_LEVELS, campaign.code, today, slot_no=today.toordinal())
            found.append(Subject(slot, row["name"], now, now))
    return found


SUBJECTS: dict[str, Ask] = {
    BRIDGE_CLOSING: open_doors,
    BRIDGE_SETTLEMENT: settlements,
    BRIDGE_LEVELS: waiting_levels,
    LEADERBOARD_CLOSE: windows,
    TEAM_SETTLEMENT: contests,
}
