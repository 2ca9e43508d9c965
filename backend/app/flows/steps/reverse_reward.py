"""Taking a reward back: a compensating entry, never a deletion."""

from app.domain.grants import RewardState
from app.domain.rewards import StoredReward
from app.domain.wallet import require_balance
from app.flows.steps.debts import take_tokens
from app.flows.steps.decision import Decision
from app.flows.steps.stored_rewards import put_in_state


def reverse_reward(decision: Decision, reward: StoredReward, *, may_owe: bool = False) -> int:
    """Takes back what was delivered, or gives up what was not; the reward is REVERSED for ever.

    A wallet that holds less than the reward refuses with NOT_ENOUGH_TOKENS and both figures, and nothing changes; where
    it `may_owe`, it gives what it holds, owes the rest, and that is what is returned. Coupon codes count no more (the
    player has seen them, so they are never given again), an entitlement ends at once. XP are moved by the caller.
    """
    reward.require_reversible()
    owed = _take_back(decision, reward, may_owe=may_owe) if reward.state is RewardState.GRANTED else 0
    put_in_state(decision, reward, RewardState.REVERSED)
    return owed


def _take_back(decision: Decision, reward: StoredReward, *, may_owe: bool) -> int:
    token_type = reward.grant.wallet_token
    if token_type is None:
        decision.changes.taken_back[reward.operation_id] = decision.now
        return 0
    if not may_owe:
        require_balance(decision.player.balances, token_type, reward.grant.amount)
    return take_tokens(decision, token_type, reward.grant.amount, reward.operation_id)
