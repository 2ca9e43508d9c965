"""A badge's words. Locks and writes badges; writes admin_audit_log."""

from app.core.errors import AppError
from app.flows.steps.edits import Row, only, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct

TEXTS = ("name_ko", "name_en", "text_ko", "text_en")


async def save_badge(
    house: House, act: AdminAct, code: str, texts: Row, *, expected_version: int | None, is_blind: bool
) -> tuple[Row, bool]:
    """The badge as it stands now, and whether it is new. Changing one that exists needs the version that was seen.

    `is_blind`: no version was named at all, which only a new badge allows (PRECONDITION_REQUIRED).
    """
    now = house.clock.now()

    async def work(keepers: Services) -> tuple[Row, bool]:
        before = await keepers.badge.find(code, locked=True)
        if before is not None and is_blind:
            raise AppError("PRECONDITION_REQUIRED", current_version=before["version"])
        current = 0 if before is None else before["version"]
        require_version(expected_version, current)
        await keepers.badge.put(code, texts, version=current + 1, actor=act.actor, now=now)
        after = await keepers.badge.find(code) or {}
        kept = None if before is None else only(before, "version", *TEXTS)
        await keepers.audit.add(
            act, "BADGE_SAVED", f"badge:{code}", before=kept, after=only(after, "version", *TEXTS), now=now
        )
        return after, before is None

    return await house.write(work, is_repeatable=False)
