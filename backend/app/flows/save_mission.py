"""Missions: made, changed, put in force, retired.

Locks feature_config (all of it, as every edit of what players' commands rely on) and the mission; reads hosts and
badges. Writes missions, mission_versions, goal_book, admin_audit_log.
"""

from dataclasses import asdict
from typing import Any

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date
from app.domain.config_diff import diff
from app.domain.mission_config import MissionConfig
from app.domain.promises import broken, earliest_end, require_kept, require_loss_accepted
from app.domain.reference_findings import Finding
from app.domain.spans import recent_keys, season_key
from app.flows.steps.check_references import ConfigDocument, Warnings, check_references
from app.flows.steps.edits import Row, only, require_version
from app.flows.steps.hosts import host_id_of
from app.services import House, Services
from app.services.audit_service import AdminAct

KEPT = ("version", "is_active", "config")


async def create_mission(house: House, act: AdminAct, config: MissionConfig, *, is_active: bool) -> Row:
    """A new mission, with `warnings`. Raises NAME_TAKEN, or VALIDATION_ERROR at what can never be reached."""

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock_all()
        if await keepers.mission.find(config.code) is not None:
            raise AppError("NAME_TAKEN", field="code")
        now = house.clock.now()
        warnings = await check_references(keepers, mission_document(config.view()), now)
        host_id = await host_id_of(keepers, config.host)
        await keepers.mission.add(config, host_id=host_id, is_active=is_active, actor=act.actor, now=now)
        after = await _finish(house, keepers, act, config.code, before=None, action="MISSION_CREATED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def replace_mission(
    house: House,
    act: AdminAct,
    code: str,
    config: MissionConfig,
    *,
    is_active: bool | None,
    expected_version: int | None,
) -> Row:
    """The whole mission anew, as its next version; `is_active` None leaves it as it is.

    Counts go on under the new version at once; what was completed before is paid by the version it was completed under.
    Once players have begun, it changes for the better only: PROMISE_WITHDRAWN.
    Raises as `create_mission`, MISSION_NOT_FOUND, VERSION_CONFLICT.
    """
    if config.code != code:
        raise invalid(("code", "a mission keeps its code"))

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        warnings = await check_references(keepers, mission_document(config.view()), house.clock.now())
        will_be_active = before["is_active"] if is_active is None else is_active
        await _require_promises_kept(house, keepers, before, config)
        if not will_be_active:
            await _require_nobody_on_the_way(house, keepers, act, before)
            warnings += await required_by(keepers, code)
        host_id = await host_id_of(keepers, config.host)
        await keepers.mission.replace(
            before,
            config.view(),
            host_id=host_id,
            is_active=will_be_active,
            actor=act.actor,
            now=house.clock.now(),
        )
        after = await _finish(house, keepers, act, code, before=before, action="MISSION_CHANGED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def switch_mission(
    house: House,
    act: AdminAct,
    code: str,
    *,
    is_active: bool,
    expected_version: int | None,
) -> Row:
    """Puts a mission in force, or ends its counting, with `warnings`; what was completed can still be claimed.

    One that ends is warned of where others in force require it. PROMISE_WITHDRAWN while players are on their way in a
    period that runs, unless so many losing it is accepted.
    """

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        if not is_active:
            await _require_nobody_on_the_way(house, keepers, act, before)
        document, now = mission_document(before["config"]), house.clock.now()
        warnings = await (check_references(keepers, document, now) if is_active else required_by(keepers, code))
        await keepers.mission.replace(
            before,
            before["config"],
            host_id=before["host_id"],
            is_active=is_active,
            actor=act.actor,
            now=house.clock.now(),
        )
        action = "MISSION_ACTIVATED" if is_active else "MISSION_RETIRED"
        after = await _finish(house, keepers, act, code, before=before, action=action)
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def required_by(keepers: Services, code: str) -> Warnings:
    """The missions in force that can't be begun any more once this one counts no longer."""
    missions = await keepers.reference.missions()
    others = sorted(name for name, one in missions.items() if one.is_active and code in one.requires)
    return [Finding("REQUIRED_BY", "requires", name).view() for name in others]


async def compare_mission(house: House, code: str, version: int, against: int | None) -> Row:
    """What a version changes compared with another (default: the one in force), field by field. Raises NOT_FOUND."""

    async def work(keepers: Services) -> Row:
        row = await _found(keepers, code)
        other = row["version"] if against is None else against
        newer, older = [await keepers.mission.version(row["id"], number) for number in (version, other)]
        if newer is None or older is None:
            raise AppError("NOT_FOUND")
        changes = diff(older.config.view(), newer.config.view())
        return {"code": code, "version": version, "against": other, "changes": [asdict(one) for one in changes]}

    return await house.read(work)


async def find_mission(house: House, code: str) -> Row:
    """One mission as it stands. Raises MISSION_NOT_FOUND."""
    return await house.read(lambda keepers: _found(keepers, code))


async def mission_versions(house: House, code: str, *, after: int | None, limit: int) -> list[Row]:
    """The versions of a mission, newest first. Raises MISSION_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        row = await _found(keepers, code)
        return await keepers.mission.versions(row["id"], after=after, limit=limit)

    return await house.read(work)


async def mission_totals(house: House, code: str, *, limit: int | None = None) -> Row:
    """How many players began, completed and claimed a mission, period by period, the newest first.

    With a `limit` so many periods as `items`, and `has_more`.
    """

    async def work(keepers: Services) -> Row:
        row = await _found(keepers, code)
        rows = await keepers.mission.totals(row["id"], limit=None if limit is None else limit + 1)
        return {"items": rows[:limit], "has_more": limit is not None and len(rows) > limit}

    return await house.read(work)


def mission_document(config: Row) -> ConfigDocument:
    """A mission, to check what it names."""
    return ConfigDocument("mission", config["code"], config, config["host"])


async def _require_promises_kept(house: House, keepers: Services, before: Row, config: MissionConfig) -> None:
    players = await keepers.mission.players(before["id"])
    if players == 0:
        return
    old = MissionConfig.model_validate(before["config"])
    terms = vars(old)
    if old.ends_on is None:
        today = kst_date(house.clock.now())
        terms = terms | {"ends_on": earliest_end(old.span, today, await keepers.season.last_running_day(today))}
    require_kept(broken("mission", terms, config), players)


async def _require_nobody_on_the_way(house: House, keepers: Services, act: AdminAct, before: Row) -> None:
    """Returns when nobody has progress towards a completion now; else the loss must be accepted."""
    if not before["is_active"]:
        return
    today = kst_date(house.clock.now())
    seasons = [season_key(season["id"]) for season in await keepers.season.active_until(today)]
    periods = [*recent_keys(today, 0), *seasons]
    players = await keepers.mission.players_on_the_way(before["id"], before["config"], periods)
    require_loss_accepted("what they have begun; `ends_on` ends it without a loss", players, act.players_who_lose)


async def _locked(keepers: Services, code: str, expected_version: int | None) -> Row:
    await keepers.feature.lock_all()
    mission = await _found(keepers, code, locked=True)
    require_version(expected_version, mission["version"])
    return mission


async def _found(keepers: Services, code: str, *, locked: bool = False) -> Row:
    mission = await keepers.mission.find(code, locked=locked)
    if mission is None:
        raise AppError("MISSION_NOT_FOUND")
    return mission


async def _finish(house: House, keepers: Services, act: AdminAct, code: str, *, before: Row | None, action: str) -> Row:
    now = house.clock.now()
    await keepers.goal_book.turn_page(now)
    after = await _found(keepers, code)
    kept: tuple[Any, Any] = (None if before is None else only(before, *KEPT), only(after, *KEPT))
    await keepers.audit.add(act, action, f"mission:{code}", before=kept[0], after=kept[1], now=now)
    return after
