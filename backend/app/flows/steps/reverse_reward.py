"""Taking a reward back: a compensating entry, never a deletion."""

from app.domain.grants import RewardState
from app.domain.rewards import StoredReward
from app.domain.wallet import Reason, move, require_balance
from app.flows.steps.decision import Decision
from app.flows.steps.stored_rewards import put_in_state


def reverse_reward(decision: Decision, reward: StoredReward) -> None:
    """Takes back what was delivered, or gives up what was not; the reward is REVERSED for ever.

    A wallet that holds less than the reward refuses with NOT_ENOUGH_TOKENS and both figures, and nothing changes: the
    operator may take what is left with a revoke. Coupon codes count no more (the player has seen them, so they are
    never given again), an entitlement ends at once. XP stays: REWARD_NOT_REVERSIBLE.
    """
    reward.require_reversible()
    if reward.state is RewardState.GRANTED:
        _take_back(decision, reward)
    put_in_state(decision, reward, RewardState.REVERSED)


def _take_back(decision: Decision, reward: StoredReward) -> None:
    token_type = reward.grant.wallet_token
    if token_type is None:
        decision.changes.taken_back[reward.operation_id] = decision.now
        return
    player = decision.player
    require_balance(player.balances, token_type, reward.grant.amount)
    entry = move(
        player.balances,
        user_id=player.id,
        token_type=token_type,
        delta=-reward.grant.amount,
        reason=Reason.REWARD_REVERSAL,
        operation_id=reward.operation_id,  # with its own reason: unique, so that it can happen once
        now=decision.now,
    )
    decision.changes.add_entry(entry)
