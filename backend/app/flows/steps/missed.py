"""What a player got nothing of at a settlement because they were blocked then."""

from dataclasses import dataclass, field
from typing import Any

from app.domain.boards import rank_operation_id, rewards_of_rank
from app.domain.bridge import Campaign
from app.domain.grants import Grant
from app.domain.teams import team_operation_id
from app.flows.steps.pay_rank import BOARD_SOURCE, TEAM_SOURCE
from app.services import Services

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MissedRank:
    """A rank that was promised something and gave this player nothing. `board_id`: its row says that it is unpaid."""

    source: str
    grants: tuple[Grant, ...]
    operation_id: str
    facts: Row
    board_id: int | None = None

    def view(self) -> Row:
        """The rank as operators see it."""
        return {"kind": self.source, "operation_id": self.operation_id, "outcome": "PAID", **self.facts}


@dataclass(slots=True)
class Missed:
    """Everything that one player missed: settlements of bridges with their campaigns, and ranks."""

    bridges: list[tuple[Row, Campaign]] = field(default_factory=list)
    ranks: list[MissedRank] = field(default_factory=list)


async def find_missed(keepers: Services, user_id: int) -> Missed:
    """What the player missed, oldest first of each kind. Lock the player first to pay it."""
    missed = Missed()
    for row in await keepers.bridge.blocked(user_id):
        missed.bridges.append((row, await keepers.rule_book.bridge_named(row["code"])))
    missed.ranks += await _of_boards(keepers, user_id)
    missed.ranks += await _of_teams(keepers, user_id)
    return missed


async def _of_boards(keepers: Services, user_id: int) -> list[MissedRank]:
    """A rank that was not paid; or the one they would have had, where they were left out of the ranks altogether."""
    found = []
    for row in await keepers.leaderboard_result.missed(user_id):
        rank = row["rank_no"] or row["would_be"]
        grants = rewards_of_rank(row["rank_rewards"], rank)
        operation_id = rank_operation_id(row["code"], user_id, row["window_key"])
        if grants and await keepers.reward.named(operation_id) is None:
            facts = {"board": row["code"], "window": row["window_key"], "rank": rank, "score": row["score"]}
            has_row = None if row["rank_no"] is None else row["board_id"]
            found.append(MissedRank(BOARD_SOURCE, grants, operation_id, facts, has_row))
    return found


async def _of_teams(keepers: Services, user_id: int) -> list[MissedRank]:
    """Of a settled contest: a member of a rewarded rank without a reward was blocked when it was paid."""
    found = []
    for row in await keepers.team.ranked(user_id):
        grants = rewards_of_rank(row["config"].get("rank_rewards", []), row["rank_no"])
        operation_id = team_operation_id(row["code"], user_id)
        if grants and await keepers.reward.named(operation_id) is None:
            facts = {"contest": row["code"], "rank": row["rank_no"], "score": row["own_score"]}
            found.append(MissedRank(TEAM_SOURCE, grants, operation_id, facts))
    return found
