"""Operators rename a team, or close it.

Closing locks feature_config (shared), user_profiles (its members), then the team, last. Writes teams, team_members,
user_event_log, admin_audit_log.
"""

from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.event_names import EventType, Feature
from app.domain.records import Event
from app.domain.teams import Contest
from app.flows.steps.edits import Row
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.player_state import Wanted

OPEN = "OPEN"


async def rename_team(house: House, act: AdminAct, code: str, team_id: int, name: str) -> Row:
    """Another name for a team. Audited without the names, which people typed.

    Raises CONTEST_NOT_FOUND, TEAM_NOT_FOUND, NAME_TAKEN.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        contest_id = (await _contest(keepers, code))["id"]
        members = await keepers.team.lock_team(contest_id, team_id)
        if members is None:
            raise AppError("TEAM_NOT_FOUND")
        if not await keepers.team.rename(contest_id, team_id, name):
            raise AppError("NAME_TAKEN", field="name")
        await keepers.audit.add(act, "TEAM_RENAMED", f"team:{team_id}", after={"contest": code}, now=now)
        score = sum((await keepers.team.members(contest_id, team_id)).values())
        return {"contest": code, "team_id": team_id, "name": name, "members": members, "score": score}

    return await house.write(work)


async def close_team(house: House, act: AdminAct, code: str, team_id: int) -> Row:
    """Ends a team while its contest is open: it is ranked nowhere and paid nothing, and its members leave it.

    What they added goes with them, as when they leave; while teams can be joined they may join another. The answer says
    how many members and points that were. Raises CONTEST_NOT_FOUND, TEAM_NOT_FOUND, CONTEST_STATE once it is over.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        rules = await keepers.rule_book.in_force([Feature.RANKING], kst_date(now))
        row = await _contest(keepers, code)
        contest = next(one for one in rules.goals.contests if one.code == code)
        await _require_open(keepers, row, contest, now)
        members = await keepers.team.members(contest.id, team_id)
        await keepers.player.lock(members, Wanted())
        if await keepers.team.lock_team(contest.id, team_id) is None:
            raise AppError("TEAM_NOT_FOUND")
        now_in = await keepers.team.members(contest.id, team_id)
        if set(now_in) - set(members):
            raise AppError("BUSY", retry_after_seconds=1)  # somebody joined in this very moment
        await keepers.team.close(contest.id, team_id, now=now)
        facts: dict[str, Any] = {"contest": code, "team": team_id, "is_member": False, "is_closed": True}
        await keepers.event_log.add(
            [
                Event(user_id, EventType.TEAM_CHANGED, Feature.RANKING, None, facts, act.request_id, now)
                for user_id in sorted(now_in)
            ]
        )
        before = {"contest": code, "members": len(now_in), "score": sum(now_in.values())}
        await keepers.audit.add(act, "TEAM_CLOSED", f"team:{team_id}", before=before, now=now)
        return before | {"team_id": team_id, "name": None}

    return await house.write(work)


async def _contest(keepers: Services, code: str) -> Row:
    row = await keepers.team.find(code)
    if row is None:
        raise AppError("CONTEST_NOT_FOUND")
    return row


async def _require_open(keepers: Services, row: Row, contest: Contest, now: Any) -> None:
    season = await keepers.season.find(row["season_id"])
    is_over = season is not None and contest.closes_at(season.config.end_date) <= now
    if row["state"] != OPEN or is_over:
        raise AppError("CONTEST_STATE", state=row["state"])
