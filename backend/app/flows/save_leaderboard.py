"""Leaderboards: made, changed, put in force, retired; and players taken off them.

Locks feature_config (all of it, as every edit of what players' commands rely on) and the board; reads hosts and badges.
Writes leaderboards, leaderboard_marks, goal_book, admin_audit_log.
"""

from typing import Any

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date
from app.domain.board_config import BoardConfig
from app.domain.promises import broken, earliest_end, require_kept, require_loss_accepted
from app.domain.spans import recent_keys, season_key
from app.flows.steps.check_references import ConfigDocument, check_references
from app.flows.steps.edits import Row, only, require_version
from app.flows.steps.hosts import host_id_of
from app.services import House, Services
from app.services.audit_service import AdminAct

KEPT = ("version", "is_active", "config")


async def create_leaderboard(house: House, act: AdminAct, config: BoardConfig, *, is_active: bool) -> Row:
    """A new board, with `warnings`. Raises NAME_TAKEN, or VALIDATION_ERROR at what can never be reached."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock_all()
        if await keepers.leaderboard.find(config.code) is not None:
            raise AppError("NAME_TAKEN", field="code")
        warnings = await check_references(keepers, board_document(config.view()), now)
        host_id = await host_id_of(keepers, config.host)
        await keepers.leaderboard.add(config, host_id=host_id, is_active=is_active, now=now)
        after = await _finish(house, keepers, act, config.code, before=None, action="LEADERBOARD_CREATED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def replace_leaderboard(
    house: House,
    act: AdminAct,
    code: str,
    config: BoardConfig,
    *,
    is_active: bool | None,
    expected_version: int | None,
) -> Row:
    """The whole board anew; windows that are closed stay as they were. `is_active` None leaves it as it is.

    Once there are scores, it changes for the better only: PROMISE_WITHDRAWN.
    Raises as `create_leaderboard`, LEADERBOARD_NOT_FOUND,
    VERSION_CONFLICT.
    """
    if config.code != code:
        raise invalid(("code", "a leaderboard keeps its code"))
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        warnings = await check_references(keepers, board_document(config.view()), now)
        will_be_active = before["is_active"] if is_active is None else is_active
        await _require_promises_kept(house, keepers, before, config)
        if not will_be_active:
            await _require_no_race(house, keepers, act, before)
        host_id = await host_id_of(keepers, config.host)
        await keepers.leaderboard.change(
            before["id"], now=now, config=config.view(), host_id=host_id, is_active=will_be_active
        )
        after = await _finish(house, keepers, act, code, before=before, action="LEADERBOARD_CHANGED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def switch_leaderboard(
    house: House,
    act: AdminAct,
    code: str,
    *,
    is_active: bool,
    expected_version: int | None,
) -> Row:
    """Puts a board in force, or ends its scoring; windows that hold scores are still closed and paid.

    PROMISE_WITHDRAWN while players race for rewards in a window that runs, unless so many losing it is accepted.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        if not is_active:
            await _require_no_race(house, keepers, act, before)
        warnings = await check_references(keepers, board_document(before["config"]), now) if is_active else []
        await keepers.leaderboard.change(before["id"], now=now, is_active=is_active)
        action = "LEADERBOARD_ACTIVATED" if is_active else "LEADERBOARD_RETIRED"
        after = await _finish(house, keepers, act, code, before=before, action=action)
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def mark_player(house: House, act: AdminAct, code: str, user_id: int, mark: str | None) -> Row:
    """Bans a player from a board, hides their name there, or takes the mark away. Closed windows stay as they were.

    Raises LEADERBOARD_NOT_FOUND and USER_NOT_FOUND.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock_all()
        board = await _found(keepers, code, locked=True)
        if await keepers.player.profile(user_id) is None:
            raise AppError("USER_NOT_FOUND")
        marks = {row["user_id"]: row["mark"] for row in await keepers.leaderboard.marks(board["id"])}
        await keepers.leaderboard.set_mark(board["id"], user_id, mark, actor=act.actor, now=now)
        before, after = ({"user_id": user_id, "mark": value} for value in (marks.get(user_id), mark))
        await keepers.audit.add(act, "LEADERBOARD_MARKED", f"leaderboard:{code}", before=before, after=after, now=now)
        return {"code": code, "user_id": user_id, "mark": mark}

    return await house.write(work)


async def find_leaderboard(house: House, code: str) -> Row:
    """One board as it stands. Raises LEADERBOARD_NOT_FOUND."""
    return await house.read(lambda keepers: _found(keepers, code))


async def leaderboard_windows(house: House, code: str, *, after: str | None, limit: int) -> list[Row]:
    """The windows of a board that ended, the newest first, `limit + 1` at most, older than the window `after`."""

    async def work(keepers: Services) -> list[Row]:
        board = await _found(keepers, code)
        return await keepers.leaderboard_result.windows(board["id"], after=after, limit=limit)

    return await house.read(work)


async def leaderboard_results(house: House, code: str, window_key: str, *, after: int, limit: int) -> list[Row]:
    """The ranks of a closed window, `limit + 1` at most, from behind the rank `after` on."""

    async def work(keepers: Services) -> list[Row]:
        board = await _found(keepers, code)
        return await keepers.leaderboard_result.results(board["id"], window_key, after=after, limit=limit)

    return await house.read(work)


async def leaderboard_marks(house: House, code: str) -> list[Row]:
    """Every player whom operators marked on a board."""

    async def work(keepers: Services) -> list[Row]:
        return await keepers.leaderboard.marks((await _found(keepers, code))["id"])

    return await house.read(work)


def board_document(config: Row) -> ConfigDocument:
    """A board, to check what it names."""
    return ConfigDocument("leaderboard", config["code"], config, config["host"])


async def _require_promises_kept(house: House, keepers: Services, before: Row, config: BoardConfig) -> None:
    players = await keepers.leaderboard.players(before["id"])
    if players == 0:
        return
    old = BoardConfig.model_validate(before["config"])
    terms = vars(old)
    if old.ends_on is None:
        today = kst_date(house.clock.now())
        terms = terms | {"ends_on": earliest_end(old.span, today, await keepers.season.last_running_day(today))}
    require_kept(broken("leaderboard", terms, config), players)


async def _require_no_race(house: House, keepers: Services, act: AdminAct, before: Row) -> None:
    """Returns when nobody has a score in a rewarded window that runs now; else the loss must be accepted."""
    if not before["is_active"] or not before["config"]["rank_rewards"]:
        return
    today = kst_date(house.clock.now())
    seasons = [season_key(season["id"]) for season in await keepers.season.active_until(today)]
    players = await keepers.leaderboard.players(before["id"], [*recent_keys(today, 0), *seasons])
    require_loss_accepted("the rest of the window that they are ranked in", players, act.players_who_lose)


async def _locked(keepers: Services, code: str, expected_version: int | None) -> Row:
    await keepers.feature.lock_all()
    board = await _found(keepers, code, locked=True)
    require_version(expected_version, board["version"])
    return board


async def _found(keepers: Services, code: str, *, locked: bool = False) -> Row:
    board = await keepers.leaderboard.find(code, locked=locked)
    if board is None:
        raise AppError("LEADERBOARD_NOT_FOUND")
    return board


async def _finish(house: House, keepers: Services, act: AdminAct, code: str, *, before: Row | None, action: str) -> Row:
    now = house.clock.now()
    await keepers.goal_book.turn_page(now)
    after = await _found(keepers, code)
    kept: tuple[Any, Any] = (None if before is None else only(before, *KEPT), only(after, *KEPT))
    await keepers.audit.add(act, action, f"leaderboard:{code}", before=kept[0], after=kept[1], now=now)
    return after
