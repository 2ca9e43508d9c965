"""Contests of teams: made, changed, put in force, retired.

Locks feature_config (all of it) and the contest; reads seasons. Writes team_contests, goal_book, admin_audit_log.
"""

from typing import Any

from app.core.errors import AppError, invalid
from app.domain.promises import broken, require_kept, require_loss_accepted
from app.domain.teams import ContestConfig
from app.flows.steps.check_references import ConfigDocument, check_references
from app.flows.steps.edits import Row, only, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct

KEPT = ("version", "is_active", "state", "config")


async def create_contest(house: House, act: AdminAct, config: ContestConfig, *, is_active: bool) -> Row:
    """A new contest, with `warnings`. Raises NAME_TAKEN, or VALIDATION_ERROR at what can never be reached."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock_all()
        if await keepers.team.find(config.code) is not None:
            raise AppError("NAME_TAKEN", field="code")
        warnings = await check_references(keepers, contest_document(config.view()), now)
        await keepers.team.add(config, is_active=is_active, now=now)
        after = await _finish(house, keepers, act, config.code, before=None, action="CONTEST_CREATED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def replace_contest(
    house: House, act: AdminAct, code: str, config: ContestConfig, *, expected_version: int | None
) -> Row:
    """Replaces the whole contest. Once it is in force, it changes for the better only: PROMISE_WITHDRAWN.

    Once frozen, everything is fixed. Raises as `create_contest`, CONTEST_NOT_FOUND, CONTEST_STATE, VERSION_CONFLICT.
    """
    if config.code != code:
        raise invalid(("code", "a contest keeps its code"))
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        players = await keepers.team.players(before["id"])
        if before["is_active"] or players:
            old = ContestConfig.model_validate(before["config"])
            require_kept(broken("contest", old, config), players)
        warnings = await check_references(keepers, contest_document(config.view()), now)
        await keepers.team.change(before["id"], config=config, now=now)
        after = await _finish(house, keepers, act, code, before=before, action="CONTEST_CHANGED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def switch_contest(
    house: House,
    act: AdminAct,
    code: str,
    *,
    is_active: bool,
    expected_version: int | None,
) -> Row:
    """Puts a contest in force, or calls it off: a retired one is never settled.

    PROMISE_WITHDRAWN while players are in its teams, unless so many losing it is accepted.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        if before["is_active"] and not is_active:
            players = await keepers.team.players(before["id"])
            require_loss_accepted("the contest with its scores and rewards", players, act.players_who_lose)
        warnings = await check_references(keepers, contest_document(before["config"]), now) if is_active else []
        await keepers.team.change(before["id"], is_active=is_active, now=now)
        action = "CONTEST_ACTIVATED" if is_active else "CONTEST_RETIRED"
        after = await _finish(house, keepers, act, code, before=before, action=action)
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def find_contest(house: House, code: str) -> Row:
    """One contest as it stands. Raises CONTEST_NOT_FOUND."""
    return await house.read(lambda keepers: _found(keepers, code))


async def contest_results(house: House, code: str, *, after: int, limit: int) -> list[Row]:
    """The ranks of a frozen contest, `limit + 1` at most, from behind the rank `after` on."""

    async def work(keepers: Services) -> list[Row]:
        contest = await _found(keepers, code)
        return await keepers.team.results(contest["id"], after=after, limit=limit)

    return await house.read(work)


def contest_document(config: Row) -> ConfigDocument:
    """A contest, to check what it names."""
    return ConfigDocument("contest", config["code"], config)


async def _locked(keepers: Services, code: str, expected_version: int | None) -> Row:
    await keepers.feature.lock_all()
    contest = await _found(keepers, code, locked=True)
    require_version(expected_version, contest["version"])
    if contest["state"] != "OPEN":
        raise AppError("CONTEST_STATE", state=contest["state"])
    return contest


async def _found(keepers: Services, code: str, *, locked: bool = False) -> Row:
    contest = await keepers.team.find(code, locked=locked)
    if contest is None:
        raise AppError("CONTEST_NOT_FOUND")
    return contest


async def _finish(house: House, keepers: Services, act: AdminAct, code: str, *, before: Row | None, action: str) -> Row:
    now = house.clock.now()
    await keepers.goal_book.turn_page(now)
    after = await _found(keepers, code)
    kept: tuple[Any, Any] = (None if before is None else only(before, *KEPT), only(after, *KEPT))
    await keepers.audit.add(act, action, f"contest:{code}", before=kept[0], after=kept[1], now=now)
    return after
