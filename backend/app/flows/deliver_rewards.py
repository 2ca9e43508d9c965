"""Tries again to deliver what waits: a season that runs now, a pool that was filled.

Locks feature_config (shared), user_profiles with wallets and season_progress, reward_log, coupon_pools. Writes
reward_log, wallets, wallet_ledger, season_* (XP), coupon_codes, entitlements, user_event_log, outbox.
"""

from collections.abc import Callable, Sequence

import structlog

from app.core.alarms import raise_alarm
from app.core.errors import AppError
from app.domain.grants import RewardState
from app.domain.rewards import StoredReward
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import deliver_stored
from app.flows.steps.stored_rewards import Decide, load_rewards, put_in_state, save_rewards
from app.services import House, Services

log = structlog.get_logger()
CHUNK = 100  # rewards a transaction: some five rows each


async def deliver_rewards(house: House, *, goes_on: Callable[[], bool]) -> bool:
    """Tries every reward that is due once; False when it was asked to stop before the end.

    A try that breaks in a way that nobody foresaw concerns its reward alone: that one is FAILED until an operator
    retries it, and an alarm is raised.
    """
    until = house.clock.now()
    while goes_on():
        ids = await house.read(lambda keepers: keepers.reward.due(until, limit=CHUNK))
        if not ids:
            await _tell_empty_pools(house)
            return True
        try:
            await _decide(house, ids, _try_again)
        except AppError:
            raise
        except Exception as error:
            log.warning("rewards_one_by_one", reason=type(error).__name__)
            for reward_id in ids:
                await _try_alone(house, reward_id)
    return False


async def _tell_empty_pools(house: House) -> None:
    """One alarm for each pool that rewards wait for: somebody must upload codes."""
    for pool, waiting in (await house.read(lambda keepers: keepers.reward.waiting_coupons())).items():
        raise_alarm("coupon_pool_empty", pool=pool, waiting=waiting)


async def _try_alone(house: House, reward_id: int) -> None:
    try:
        await _decide(house, [reward_id], _try_again)
    except AppError:
        raise
    except Exception as error:
        reason = type(error).__name__

        def give_up(decision: Decision, reward: StoredReward) -> None:
            if reward.state is RewardState.PENDING:
                put_in_state(decision, reward, RewardState.FAILED, error=reason, attempts=reward.attempts + 1)

        await _decide(house, [reward_id], give_up)
        raise_alarm("reward_failed", reward_id=reward_id, reason=reason)


async def _decide(house: House, ids: Sequence[int], decide: Decide) -> None:
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        batch = await load_rewards(house, keepers, ids, now)
        for reward_id in ids:
            batch.decide(reward_id, decide)
        await save_rewards(keepers, batch)

    await house.write(work)


def _try_again(decision: Decision, reward: StoredReward) -> None:
    if reward.state is RewardState.PENDING:  # an operator may have been faster
        deliver_stored(decision, reward)
