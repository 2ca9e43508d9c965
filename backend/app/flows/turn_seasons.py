"""Opens and closes seasons as their days come. Locks feature_config and seasons; writes seasons, admin_audit_log."""

from datetime import date, datetime, timedelta
from typing import Any

from app.services import House, Services
from app.services.audit_service import AdminAct

ACT = AdminAct("system:season_turn", "the calendar says so", None)


async def turn_seasons(house: House, day: date) -> None:
    """Notes which active seasons begin on a KST day and which ended the day before, and retires those past their grace.

    A season counts by its dates alone; this marks the turn for operators and ends what nobody may claim any more.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        await keepers.feature.lock_all()
        for season in await keepers.season.active_until(day):
            await _turn(keepers, season, day, now)

    await house.write(work)


async def _turn(keepers: Services, season: dict[str, Any], day: date, now: datetime) -> None:
    target = f"season:{season['id']}"
    if season["start_date"] == day:
        await keepers.audit.add(ACT, "SEASON_BEGAN", target, after={"day": day.isoformat()}, now=now)
    if season["end_date"] == day - timedelta(days=1):
        await keepers.audit.add(ACT, "SEASON_ENDED", target, after={"day": day.isoformat()}, now=now)
    if season["end_date"] + timedelta(days=season["grace_days"]) < day:
        await keepers.season.set_active(season["id"], is_active=False, now=now)
        await keepers.audit.add(ACT, "SEASON_RETIRED", target, before={"is_active": True}, after={"is_active": False},
                                now=now)  # fmt: skip
