"""Missions, scores, teams and bridge keys of two accounts, as one player's."""

from app.core.errors import AppError
from app.domain.bridge import CampaignState
from app.domain.bridge_records import BridgeKey
from app.domain.merging import joined_marks, joined_progress
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.spans import season_of_key, span_key
from app.domain.team_member import Membership
from app.flows.steps.decision import Decision
from app.flows.steps.goals import complete_to
from app.services import Services
from app.services.merge_service import Account


def merge_missions(decision: Decision, rules: RuleBook, accounts: tuple[Account, Account]) -> None:
    """Counts and completions are added up, to what the missions allow; what was claimed is claimed.

    What together they reach in a period that runs is completed now.
    """
    for (mission_id, key), theirs in accounts[0].missions.items():
        mission = rules.goals.by_id.get(mission_id)
        joined = joined_progress(mission, theirs, accounts[1].missions.get((mission_id, key)))
        joined.user_id, joined.updated_at = decision.player.id, decision.now
        decision.changes.missions[joined.user_id, mission_id, key] = joined
        if mission is None or not mission.runs_on(decision.today):
            continue
        before, due = joined.completed, min(mission.config.repeat_max, joined.progress // mission.config.target)
        if due > before and key == span_key(mission.config.span, decision.today, decision.season):
            joined.version = joined.version if joined.is_open else mission.version
            joined.completed = due
            complete_to(decision, mission, joined, before)


def merge_rule_marks(decision: Decision, accounts: tuple[Account, Account]) -> None:
    """What rules gave once to either is given once to the player."""
    for (rule_id, slot), value in joined_marks(accounts[0].rule_marks, accounts[1].rule_marks).items():
        decision.changes.rule_marks[decision.player.id, rule_id, slot] = value


async def merge_scores(decision: Decision, keepers: Services, rules: RuleBook, source: PlayerState) -> None:
    """Scores of windows that still take some are added to the target's."""
    boards = {board.id: board for board in rules.goals.boards}
    ends = {season.id: season.end_date for season in rules.seasons}
    shut = max(decision.now, rules.goals.closed_through or decision.now)
    for board_id, key, score, at in await keepers.merge.open_scores(source.id):
        closes_at = boards[board_id].closes_at(key, ends.get(season_of_key(key) or 0))
        if closes_at is None or closes_at > shut:
            decision.changes.add_score(board_id, key, decision.player.id, score, at)


async def merge_teams(decision: Decision, keepers: Services, rules: RuleBook, source: PlayerState) -> list[int]:
    """The source's place goes over to the target; returns the contests that the source leaves.

    In two teams of one contest each score stays with its team. Raises MERGE_NOT_NOW for a contest that is over and not
    settled.
    """
    contests = {contest.id: contest for contest in rules.goals.contests}
    states = {row["id"]: row for row in await keepers.team.unsettled()}
    found = await keepers.team.memberships([source.id, decision.player.id], sorted(states)) if states else []
    own = {member.contest_id: member for member in found if member.user_id == decision.player.id}
    left = []
    for theirs in (member for member in found if member.user_id == source.id):
        season = await keepers.season.find(contests[theirs.contest_id].config.season_id)
        if season is None or contests[theirs.contest_id].closes_at(season.config.end_date) <= decision.now:
            raise AppError("MERGE_NOT_NOW", settled=["team"])
        mine = own.get(theirs.contest_id)
        if mine is not None and mine.team_id != theirs.team_id:
            continue
        decision.changes.members[theirs.contest_id, decision.player.id] = _joined(decision.player.id, theirs, mine)
        left.append(theirs.contest_id)
    return left


def _joined(user_id: int, theirs: Membership, mine: Membership | None) -> Membership:
    if mine is None:
        return Membership(
            theirs.contest_id, user_id, theirs.team_id, theirs.joined_at, theirs.score, theirs.reached_at,
            theirs.counted_on, theirs.counted_today,
        )  # fmt: skip
    mine.score += theirs.score
    mine.reached_at = max((at for at in (mine.reached_at, theirs.reached_at) if at), default=None)
    mine.joined_at = min(mine.joined_at, theirs.joined_at)
    if theirs.counted_on is not None and (mine.counted_on is None or theirs.counted_on >= mine.counted_on):
        today = mine.counted_today if mine.counted_on == theirs.counted_on else 0
        mine.counted_on, mine.counted_today = theirs.counted_on, today + theirs.counted_today
    return mine


async def merge_bridge(decision: Decision, keepers: Services, rules: RuleBook, source: PlayerState) -> int:
    """The target gets each key that it lacks, without its reward; returns how many. The source's wait no more."""
    target = decision.player
    campaigns = [c.id for c in rules.bridges if c.state is CampaignState.OPEN and c.is_open_to(target.host_id)]
    theirs = await keepers.merge.keys(source.id, campaigns)
    new = [
        BridgeKey(
            key.campaign_id, target.id, key.event_type, key.day, key.key_date, key.points, f"MERGE:{source.id}",
            decision.now,
        )
        for key in theirs
        if (key.campaign_id, key.day) not in target.bridge_days
    ]  # fmt: skip
    decision.changes.bridge_keys += new
    points = sum(key.points for key in new)
    decision.changes.count_keys(target, target.event_key_count + len(new), target.event_pending_points + points)
    decision.changes.count_keys(source, 0, 0)
    return len(new)


def board_marks(accounts: tuple[Account, Account]) -> dict[int, str]:
    """The marks that the target must get: who was kept off a board stays off it."""
    return {
        board_id: mark
        for board_id, mark in accounts[0].board_marks.items()
        if accounts[1].board_marks.get(board_id) not in (mark, "BANNED")
    }
