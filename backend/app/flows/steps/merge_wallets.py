"""What the source of a merge has moves to the target, after what both were given for one cause is taken back."""

from collections.abc import Iterable

from app.core.errors import AppError
from app.domain.grants import RewardState, RewardType
from app.domain.merging import same_causes
from app.domain.player import PlayerState
from app.domain.rewards import StoredReward
from app.domain.wallet import Reason, move
from app.flows.steps.decision import Decision
from app.flows.steps.reverse_reward import reverse_reward
from app.flows.steps.stored_rewards import put_in_state
from app.services import Services
from app.services.merge_service import Account


async def given_twice(keepers: Services, source: int, target: int, accounts: tuple[Account, Account]) -> set[str]:
    """The source's operations for causes that a player has once and that the target had, too."""
    theirs, own = accounts
    twice = same_causes(source, target, {*theirs.rewards, *theirs.xp}, {*own.rewards, *own.xp})
    bases = {operation for campaign, operation in theirs.promos.items() if campaign in own.promos}
    once = [slot for slot in theirs.rule_marks if slot[1].startswith("O") and slot in own.rule_marks]
    bases |= await keepers.merge.rule_operations(source, once)
    return twice | {op for op in {*theirs.rewards, *theirs.xp} if op.partition("#")[0] in bases}


def take_back(decision: Decision, rewards: Iterable[StoredReward]) -> tuple[dict[str, int], int]:
    """Takes rewards back from the source, as far as they are still there: (how much of each token, how many stay).

    What was not delivered yet is given up. XP of them don't go over (`merge_season`).
    """
    taken: dict[str, int] = {}
    kept = 0
    for reward in rewards:
        if reward.state in (RewardState.REVERSED, RewardState.REJECTED):
            continue
        if reward.state is RewardState.APPROVAL:
            put_in_state(decision, reward, RewardState.REJECTED, error="PLAYER_MERGED")
            continue
        if reward.state is RewardState.GRANTED and reward.grant.reward_type is RewardType.XP:
            continue
        try:
            reverse_reward(decision, reward)
        except AppError:
            kept += reward.grant.wallet_token is not None
            continue
        if reward.state is RewardState.GRANTED and reward.grant.wallet_token is not None:
            taken[reward.grant.wallet_token] = taken.get(reward.grant.wallet_token, 0) + reward.grant.amount
    return taken, kept


def move_balances(decision: Decision, source: PlayerState) -> dict[str, int]:
    """Everything that the source has, wallet by wallet: one entry out, one in."""
    moved: dict[str, int] = {}
    for token_type, balance in sorted(source.balances.items()):
        if balance == 0:
            continue
        for owner, delta, reason in (
            (source, -balance, Reason.MERGED_OUT),
            (decision.player, balance, Reason.MERGED_IN),
        ):
            entry = move(
                owner.balances,
                user_id=owner.id,
                token_type=token_type,
                delta=delta,
                reason=reason,
                operation_id=f"MERGE:{source.id}:{token_type}",
                now=decision.now,
            )
            decision.changes.add_entry(entry)
        moved[token_type] = balance
    return moved
