"""Bridge campaigns: made, changed, opened, given a target season.

Locks feature_config (all of it, as every edit of what accruals rely on) and the campaign; reads hosts and seasons.
Writes bridge_campaigns, bridge_slots, admin_audit_log.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date
from app.domain.bridge import CampaignState
from app.domain.bridge_config import TOLD_PARTS, BridgeConfig
from app.domain.promises import require_kept
from app.flows.steps.bridge_names import ONE_DAY, bridge_document, host_code
from app.flows.steps.check_references import ConfigDocument, Warnings, check_references
from app.flows.steps.edits import Row, only, require_version
from app.flows.steps.hosts import host_id_of
from app.services import House, Services
from app.services.audit_service import AdminAct

KEPT = ("code", "state", "version", "target_season_id", "settles_at", *TOLD_PARTS)


async def create_bridge(house: House, act: AdminAct, config: BridgeConfig) -> Row:
    """A new draft, with `warnings`. Raises NAME_TAKEN, or VALIDATION_ERROR at what can never be reached."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await keepers.feature.lock_all()
        if await keepers.bridge.find(config.code) is not None:
            raise AppError("NAME_TAKEN", field="code")
        warnings = await _check(keepers, config.model_dump(mode="json"), config.host, config.end_date, now)
        host_id = await host_id_of(keepers, config.host)
        await keepers.bridge.add(config, host_id=host_id, state=CampaignState.DRAFT, now=now)
        after = await _finish(house, keepers, act, config.code, before=None, action="BRIDGE_CREATED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def replace_bridge(
    house: House, act: AdminAct, code: str, config: BridgeConfig, *, expected_version: int | None
) -> Row:
    """A whole draft anew, with `warnings`. Once it is open, what players were promised is fixed: BRIDGE_STATE."""
    if config.code != code:
        raise invalid(("code", "a campaign keeps its code"))
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        _require_state(before, CampaignState.DRAFT)
        warnings = await _check(keepers, config.model_dump(mode="json"), config.host, config.end_date, now)
        host_id = await host_id_of(keepers, config.host)
        await keepers.bridge.replace(before["id"], config, host_id=host_id, now=now)
        after = await _finish(house, keepers, act, code, before=before, action="BRIDGE_CHANGED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def open_bridge(house: House, act: AdminAct, code: str, *, expected_version: int | None) -> Row:
    """Lets a draft collect keys from its first day on. Its payout needs no further approval.

    Raises BRIDGE_STATE, BRIDGE_CONFLICT when another campaign of the same players isn't settled before it begins, and
    VALIDATION_ERROR at a mission that nobody could complete: an open campaign can't be changed. Returns `warnings`.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        _require_state(before, CampaignState.DRAFT)
        rivals = await keepers.bridge.overlapping(before)
        if rivals:
            raise AppError("BRIDGE_CONFLICT", campaigns=rivals)
        if before["settles_at"] <= now:
            raise invalid(("settles_at", "lies in the past"))
        warnings = await check_references(keepers, await bridge_document(keepers, before, in_force=True), now)
        await keepers.bridge.change(before["id"], state=CampaignState.OPEN, now=now)
        after = await _finish(house, keepers, act, code, before=before, action="BRIDGE_OPENED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def retarget_bridge(
    house: House, act: AdminAct, code: str, season_id: int | None, *, expected_version: int | None
) -> Row:
    """Names the season that takes the levels, at any time: levels that wait for one are given then."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, code, expected_version)
        await _require_levels_can_be_given(house, keepers, before, season_id)
        target = {"target_season_id": season_id}
        warnings = await _check(keepers, target, await host_code(keepers, before), before["end_date"], now)
        await keepers.bridge.change(before["id"], target_season_id=season_id, now=now)
        after = await _finish(house, keepers, act, code, before=before, action="BRIDGE_RETARGETED")
        return after | {"warnings": warnings}

    return await house.write(work, is_repeatable=False)


async def _check(
    keepers: Services, content: Mapping[str, Any], host: str | None, last_day: date, now: datetime
) -> Warnings:
    """What to warn of. Its levels are given from the day after the last on."""
    document = ConfigDocument("bridge", content.get("code"), content, host, last_day + ONE_DAY)
    return await check_references(keepers, document, now)


async def _require_levels_can_be_given(house: House, keepers: Services, before: Row, season_id: int | None) -> None:
    """Returns when the levels that players collect keys for can still be given in that season; PROMISE_WITHDRAWN."""
    season = None if season_id is None else await keepers.season.find(season_id)
    if before["state"] == CampaignState.DRAFT or season is None:
        return
    if season.config.end_date < max(kst_date(house.clock.now()), before["start_date"]):
        players = max((await keepers.bridge.key_counts(before["id"])).values(), default=0)
        require_kept([("target_season_id", "the level of each player who has the keys: this season is over")], players)


def _require_state(campaign: Row, wanted: CampaignState) -> None:
    if campaign["state"] != wanted:
        raise AppError("BRIDGE_STATE", state=campaign["state"])


async def _locked(keepers: Services, code: str, expected_version: int | None) -> Row:
    await keepers.feature.lock_all()
    campaign = await keepers.bridge.find(code, locked=True)
    if campaign is None:
        raise AppError("BRIDGE_NOT_FOUND")
    require_version(expected_version, campaign["version"])
    return campaign


async def _finish(house: House, keepers: Services, act: AdminAct, code: str, *, before: Row | None, action: str) -> Row:
    after = await keepers.bridge.find(code) or {}
    kept: tuple[Any, Any] = (None if before is None else only(before, *KEPT), only(after, *KEPT))
    await keepers.audit.add(act, action, f"bridge:{code}", before=kept[0], after=kept[1], now=house.clock.now())
    return after
