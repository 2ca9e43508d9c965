"""Ends missions whose last day is over. Locks feature_config; writes missions, mission_versions, goal_book, audit."""

from datetime import date

from app.services import House, Services
from app.services.audit_service import AdminAct

ACT = AdminAct("system:mission_day", "its last day is over", None)


async def retire_missions(house: House, day: date) -> int:
    """Retires every mission whose last day lies before a KST day; returns how many. Safe to run again.

    A mission counts by its dates alone; this marks the turn for operators. What was completed can still be claimed.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> int:
        ended = await keepers.mission.ended_before(day.isoformat())
        if not ended:
            return 0
        await keepers.feature.lock_all()
        ended = await keepers.mission.ended_before(day.isoformat())
        for row in ended:
            await keepers.mission.replace(
                row, row["config"], host_id=row["host_id"], is_active=False, actor=ACT.actor, now=now
            )
            target, last = f"mission:{row['code']}", {"ends_on": row["config"]["ends_on"]}
            await keepers.audit.add(ACT, "MISSION_RETIRED", target, before=last, after={"is_active": False}, now=now)
        await keepers.goal_book.turn_page(now)
        return len(ended)

    return await house.write(work)
