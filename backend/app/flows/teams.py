"""Players make, join and leave teams, and look at the teams' board.

Locks feature_config and goal_book (shared), user_profiles, then the team, last. Writes teams, team_members,
user_event_log.
"""

from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.belonging import is_open
from app.domain.event_names import EventType, Feature
from app.domain.goals import Goals
from app.domain.player import PlayerState
from app.domain.records import Event
from app.domain.team_member import Membership
from app.domain.teams import Contest
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand
from app.services import House, Services
from app.services.player_state import Wanted

View = dict[str, Any]
# of a contest, closed ones among them: who mistyped a name makes another one, and nobody makes them by the hundred
MOST_MADE = 3


async def make_team(house: House, command: PlayerCommand, code: str, name: str) -> View:
    """A new team with the player in it. A team of that name that nobody is in makes room for it.

    Raises CONTEST_NOT_FOUND, JOIN_CLOSED, ALREADY_IN_TEAM, NAME_TAKEN, TOO_MANY_TEAMS.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> View:
        contest = await _enter(keepers, house, command, code)
        await _require_free(keepers, contest, command.user_id)
        if await keepers.team.made_by(contest.id, command.user_id) >= MOST_MADE:
            raise AppError("TOO_MANY_TEAMS", most=MOST_MADE)
        team_id = await keepers.team.make(contest.id, name, user_id=command.user_id, now=now)
        if team_id is None:
            raise AppError("NAME_TAKEN", field="name")
        return await _join(keepers, house, command, contest, team_id)

    return await house.write(work)


async def join_team(house: House, command: PlayerCommand, code: str, team_id: int) -> View:
    """Puts the player into a team that has room. Raises as `make_team`, TEAM_NOT_FOUND and TEAM_FULL."""

    async def work(keepers: Services) -> View:
        contest = await _enter(keepers, house, command, code)
        await _require_free(keepers, contest, command.user_id)
        members = await keepers.team.lock_team(contest.id, team_id)
        if members is None:
            raise AppError("TEAM_NOT_FOUND")
        if members >= contest.config.size_limit:
            raise AppError("TEAM_FULL", size_limit=contest.config.size_limit)
        return await _join(keepers, house, command, contest, team_id)

    return await house.write(work)


async def leave_team(house: House, command: PlayerCommand, code: str) -> View:
    """Takes the player out of their team, with what they added to it; only while teams can be joined."""
    now = house.clock.now()

    async def work(keepers: Services) -> View:
        contest = await _enter(keepers, house, command, code)
        found = await keepers.team.memberships([command.user_id], [contest.id])
        if not found:
            raise AppError("NOT_IN_TEAM")
        await keepers.team.leave(contest.id, command.user_id)
        facts = {"contest": code, "team": found[0].team_id, "is_member": False}
        await keepers.event_log.add([_event(command, facts, house)])
        return {"contest": code, "team_id": None, "server_time": kst_text(now)}

    return await house.write(work)


async def team_board(house: House, query: PlayerCommand, code: str, *, top: int) -> View:
    """The first teams and the player's own. Raises CONTEST_NOT_FOUND, and FEATURE_DISABLED while RANKING is stopped."""
    now = house.clock.now()

    async def work(keepers: Services) -> View:
        rules = await keepers.rule_book.in_force([Feature.RANKING], kst_date(now), locked=False)
        player = await allowed_player(keepers, query, Wanted())
        rules.require_open(Feature.RANKING)
        contest = await _contest(keepers, rules.goals, code, player)
        own = await keepers.team.memberships([player.id], [contest.id])
        team_id = own[0].team_id if own else 0
        rows = await keepers.team.board(contest.id, top=top, own_team=team_id)
        mine = [row for row in rows if row["team_id"] == team_id]
        config = contest.config
        return {
            "contest": code,
            "title": {"ko": config.title_ko, "en": config.title_en},
            "metric": config.metric,
            "join_from": kst_text(config.join_from),
            "join_until": kst_text(config.join_until),
            "size_limit": config.size_limit,
            "daily_cap": config.daily_cap,
            "entries": [row for row in rows if row["rank"] <= top],
            "my_team": {**mine[0], "my_score": own[0].score} if mine else None,
            "feature_type": Feature.RANKING.value,
            "server_time": kst_text(now),
        }

    return await house.read(work)


async def _enter(keepers: Services, house: House, command: PlayerCommand, code: str) -> Contest:
    """The contest, its player locked, after the checks that they may act and that teams can be joined."""
    now = house.clock.now()
    rules = await keepers.rule_book.in_force([Feature.RANKING], kst_date(now))
    players = await keepers.player.lock([command.user_id], Wanted())
    player = players.get(command.user_id)
    if player is None:
        raise AppError("USER_NOT_FOUND")
    command.require_allowed(player)
    rules.require_open(Feature.RANKING)
    contest = await _contest(keepers, rules.goals, code, player)
    contest.require_joinable(now)
    return contest


async def _contest(keepers: Services, goals: Goals, code: str, player: PlayerState) -> Contest:
    """The contest, if it is for the player's host, or they are in it from before it was looked at."""
    contest = next((contest for contest in goals.contests if contest.code == code and contest.is_active), None)
    if contest is None:
        raise AppError("CONTEST_NOT_FOUND")
    is_theirs = is_open(await keepers.team.owner(contest.id), player.host_id)
    if not is_theirs and not await keepers.team.memberships([player.id], [contest.id]):
        raise AppError("CONTEST_NOT_FOUND")
    return contest


async def _require_free(keepers: Services, contest: Contest, user_id: int) -> None:
    if await keepers.team.memberships([user_id], [contest.id]):
        raise AppError("ALREADY_IN_TEAM")


async def _join(keepers: Services, house: House, command: PlayerCommand, contest: Contest, team_id: int) -> View:
    now = house.clock.now()
    await keepers.team.save([Membership(contest.id, command.user_id, team_id, now)])
    facts = {"contest": contest.code, "team": team_id, "is_member": True}
    await keepers.event_log.add([_event(command, facts, house)])
    return {"contest": contest.code, "team_id": team_id, "server_time": kst_text(now)}


def _event(command: PlayerCommand, facts: View, house: House) -> Event:
    at, kind = house.clock.now(), EventType.TEAM_CHANGED
    return Event(command.user_id, kind, Feature.RANKING, None, facts, command.request_id, at)
