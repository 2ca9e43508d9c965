"""Editing notices and banners. Locks and writes app_ui_config; writes admin_audit_log."""

from typing import Any

from app.core.errors import AppError
from app.flows.steps.edits import Row, only, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct


async def edit_ui_config(
    house: House, act: AdminAct, key: str, value: dict[str, Any], *, expected_version: int | None, is_blind: bool
) -> tuple[Row, bool]:
    """The text as it stands now, and whether it is new. Changing one that exists needs the version that was seen.

    `is_blind`: no version was named at all, which only a new key allows (PRECONDITION_REQUIRED). VERSION_CONFLICT: it
    was changed, or removed, meanwhile.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> tuple[Row, bool]:
        before = await keepers.ui_config.find(key, locked=True)
        if before is not None and is_blind:
            raise AppError("PRECONDITION_REQUIRED", current_version=before["version"])
        current = 0 if before is None else before["version"]
        require_version(expected_version, current)
        await keepers.ui_config.save(key, value, version=current + 1, actor=act.actor, now=now)
        after = {"config_key": key, "value": value, "version": current + 1, "updated_at": now, "updated_by": act.actor}
        kept = None if before is None else only(before, "value", "version")
        await keepers.audit.add(
            act, "UI_CONFIG_SAVED", f"ui_config:{key}", before=kept, after=only(after, "value", "version"), now=now
        )
        return after, before is None

    return await house.write(work, is_repeatable=False)
