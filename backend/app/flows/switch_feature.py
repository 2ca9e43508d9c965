"""Opening and stopping features. Locks and writes feature_config; writes feature_history, feature_schedule and

admin_audit_log.
"""

from collections.abc import Iterable
from datetime import date

from app.core.errors import AppError
from app.flows.steps.edits import Row, only, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct

SWITCH = ("is_enabled", "version")


async def switch_feature(
    house: House, act: AdminAct, feature_type: str, *, is_enabled: bool, expected_version: int | None
) -> Row:
    """Opens or stops a feature. Once this returns, no play, stamp or claim that starts later goes through a stop.

    Waits for those under way: they share-lock the switch before anything else. Raises NO_FEATURE_TODAY and
    VERSION_CONFLICT.
    """

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, feature_type)
        require_version(expected_version, before["version"])
        # read behind the lock: every play that was accepted began before this instant, as its own clock said
        now = house.clock.now()
        await keepers.feature.switch(feature_type, is_enabled=is_enabled, reason=act.reason, actor=act.actor, now=now)
        after = await _locked(keepers, feature_type)
        await keepers.audit.add(
            act, "FEATURE_SWITCHED", _target(feature_type), before=only(before, *SWITCH), after=only(after, *SWITCH),
            now=now,
        )  # fmt: skip
        return after

    return await house.write(work, is_repeatable=False)


async def add_feature(house: House, act: AdminAct, feature_type: str, title: str, *, is_enabled: bool) -> Row:
    """A new switch. Raises NAME_TAKEN when it exists."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        if await keepers.feature.lock(feature_type) is not None:
            raise AppError("NAME_TAKEN", field="feature_type")
        await keepers.feature.add(
            feature_type, title, is_enabled=is_enabled, actor=act.actor, now=now, reason=act.reason
        )
        after = await _locked(keepers, feature_type)
        kept = only(after, "title", *SWITCH)
        await keepers.audit.add(act, "FEATURE_ADDED", _target(feature_type), after=kept, now=now)
        return after

    return await house.write(work, is_repeatable=False)


async def schedule_feature(house: House, act: AdminAct, feature_type: str, days: Iterable[date]) -> Row:
    """Replaces the KST days on which QA may use the feature while FEATURE_GATE_ENABLED is on."""
    now, wanted = house.clock.now(), set(days)

    async def work(keepers: Services) -> Row:
        await _locked(keepers, feature_type)
        before = await keepers.feature.schedule(feature_type)
        await keepers.feature.set_schedule(feature_type, wanted)
        await keepers.audit.add(
            act, "FEATURE_SCHEDULED", _target(feature_type), before=before, after=sorted(wanted), now=now
        )
        return {"feature_type": feature_type, "days": sorted(wanted)}

    return await house.write(work)


async def _locked(keepers: Services, feature_type: str) -> Row:
    row = await keepers.feature.lock(feature_type)
    if row is None:
        raise AppError("NO_FEATURE_TODAY", feature_type=feature_type)
    return row


def _target(feature_type: str) -> str:
    return f"feature:{feature_type}"
