"""What the host says about a HOST reward that was ordered from it: delivered, or it can't be.

The relay of the outbox calls these with the `operation_id` of the `reward.ordered` announcement. Locks feature_config
(shared), user_profiles, reward_log. Writes reward_log, user_event_log, outbox.
"""

from app.core.errors import AppError
from app.domain.grants import RewardState, RewardType
from app.domain.rewards import StoredReward
from app.flows.steps.decision import Decision
from app.flows.steps.stored_rewards import Decide, load_rewards, put_in_state, save_rewards
from app.services import House, Services

LONGEST_ERROR = 500


async def confirm_host_reward(house: House, operation_id: str) -> RewardState:
    """The host has delivered it: GRANTED. Again, or after it was taken back: nothing changes. Returns where it stands.

    Raises REWARD_NOT_FOUND when no HOST reward has this operation id.
    """

    def decide(decision: Decision, reward: StoredReward) -> None:
        if reward.state in (RewardState.PENDING, RewardState.FAILED):
            put_in_state(decision, reward, RewardState.GRANTED)

    return await _about(house, operation_id, decide)


async def fail_host_reward(house: House, operation_id: str, error: str, *, is_final: bool) -> RewardState:
    """One try failed: noted with its error. `is_final`: the relay gives up, and the reward is FAILED until a retry.

    A reward that stands otherwise than PENDING is left as it is.
    """

    def decide(decision: Decision, reward: StoredReward) -> None:
        if reward.state is RewardState.PENDING:
            state = RewardState.FAILED if is_final else RewardState.PENDING
            put_in_state(decision, reward, state, error=error[:LONGEST_ERROR], attempts=reward.attempts + 1)

    return await _about(house, operation_id, decide)


async def _about(house: House, operation_id: str, decide: Decide) -> RewardState:
    now = house.clock.now()

    async def work(keepers: Services) -> RewardState:
        reward_id = await keepers.reward.named(operation_id)
        batch = await load_rewards(house, keepers, [reward_id] if reward_id else [], now)
        reward = batch.rewards.get(reward_id or 0)
        if reward is None or reward.grant.reward_type is not RewardType.HOST:
            raise AppError("REWARD_NOT_FOUND")
        batch.decide(reward.id, decide)
        await save_rewards(keepers, batch)
        return next((change.state for change in batch.changes.reward_changes), reward.state)

    return await house.write(work)
