"""Rewards that were recorded before: read them locked, decide about each, and write where they stand."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.core.errors import AppError
from app.core.invariants import require
from app.core.time_utils import kst_date
from app.domain.event_names import Feature
from app.domain.grants import RewardState
from app.domain.player import PlayerState
from app.domain.records import Changes
from app.domain.rewards import RewardChange, StoredReward
from app.domain.rule_book import RuleBook
from app.flows.steps.decision import Decision
from app.flows.steps.save_changes import save_changes
from app.flows.steps.tell_reward import tell_reward
from app.services import House, Services
from app.services.player_state import Wanted

Decide = Callable[[Decision, StoredReward], None]
Wants = Callable[[RuleBook, Sequence[int]], Awaitable[Wanted]]


@dataclass(slots=True)
class RewardBatch:
    """Rewards under their players' locks, and what was decided about them."""

    house: House
    rewards: dict[int, StoredReward]
    players: dict[int, PlayerState]
    rules: RuleBook
    now: datetime
    changes: Changes = field(default_factory=Changes)

    def decide(self, reward_id: int, decide: Decide, request_id: str | None = None) -> StoredReward | AppError:
        """Decides about one reward: the reward as it was, or the refusal, which leaves nothing behind."""
        size = self.changes.size
        try:
            reward = self.rewards.get(reward_id)
            if reward is None:
                raise AppError("REWARD_NOT_FOUND")
            decide(self._decision(reward, request_id), reward)
            del self.rewards[reward_id]  # a second command about it would decide on what stands no more
            return reward
        except AppError as refusal:
            require(self.changes.size == size, "a refusal leaves nothing behind")
            return refusal

    def _decision(self, reward: StoredReward, request_id: str | None) -> Decision:
        player = self.players[reward.user_id]
        return Decision(
            player=player,
            changes=self.changes,
            now=self.now,
            today=self.rules.today,
            season=self.rules.season_if_any(player),
            approval=self.house.approval,
            request_id=request_id,
            requested_by=reward.requested_by,  # of what follows from it, such as a level that its XP opens
        )


async def _wallets(rules: RuleBook, _players: Sequence[int]) -> Wanted:
    return Wanted.of(rules, wallets=True)


async def load_rewards(
    house: House, keepers: Services, ids: Sequence[int], now: datetime, wanted: Wants = _wallets
) -> RewardBatch:
    """These rewards, locked behind their players. Switches are share-locked first, because XP moves in a season.

    `wanted` says what of the players is read, and share-locks before them what it needs. What an account was promised
    that became part of another's is the other's.
    """
    rules = await keepers.rule_book.in_force([Feature.CLAIM], kst_date(now))
    owners = await keepers.reward.owners(ids)
    became = await keepers.player.became(owners.values())
    locked = await keepers.player.lock(became.values(), await wanted(rules, [*became.values()])) if owners else {}
    if any(player.merged_into is not None for player in locked.values()):
        raise AppError("BUSY", retry_after_seconds=1)  # it became part of another in this very moment
    players = {user_id: locked[now_is] for user_id, now_is in became.items()}
    return RewardBatch(house, await keepers.reward.lock(owners) if owners else {}, players, rules, now)


async def save_rewards(keepers: Services, batch: RewardBatch) -> None:
    """Writes everything that was decided."""
    await save_changes(keepers, batch.changes)


def put_in_state(
    decision: Decision,
    reward: StoredReward,
    state: RewardState,
    *,
    error: str | None = None,
    attempts: int | None = None,
    next_try_at: datetime | None = None,
) -> None:
    """The reward stands so from now on, without any value moving; a new state is told."""
    tries = reward.attempts if attempts is None else attempts
    decision.changes.reward_changes.append(
        RewardChange(reward, state, tries, error, reward.approved_by, next_try_at, decision.now)
    )
    if state is not reward.state:
        tell_reward(decision, reward.grant, reward.operation_id, reward.source, state)
