"""What operators decide about rewards: approve, reject, try again, take back.

Locks feature_config (shared), user_profiles with wallets and season_progress, reward_log. Writes reward_log, wallets,
wallet_ledger, season_* (XP), user_event_log, outbox, admin_audit_log.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.core.errors import AppError
from app.core.invariants import InvariantBroken
from app.domain.grants import RewardState
from app.domain.rewards import StoredReward
from app.flows.steps.authors import Given, authors_of
from app.flows.steps.commands import Done
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import deliver_stored
from app.flows.steps.once import KeyedAct, once
from app.flows.steps.reverse_stored import load_reversals
from app.flows.steps.stored_rewards import RewardBatch, load_rewards, put_in_state, save_rewards
from app.services import House, Services
from app.services.audit_service import AdminAct

Row = dict[str, Any]
Settled = list[Row | AppError]


class Deed(StrEnum):
    """What can be done about a reward; the value is the audit's action."""

    APPROVE = "REWARD_APPROVED"
    REJECT = "REWARD_REJECTED"
    RETRY = "REWARD_RETRIED"
    REVERSE = "REWARD_REVERSED"


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and who had a hand in each reward that waits (`authors_of`)."""

    actor: str
    authors: Mapping[int, frozenset[str]]


async def settle_rewards(house: House, act: KeyedAct, deed: Deed, reward_ids: Sequence[int]) -> Done:
    """Does one deed to each reward, each for itself, in one transaction, once per key.

    The act renders a list: of each reward what it is now, or its refusal.

    Refusals: REWARD_NOT_FOUND, REWARD_STATE (somebody else was first), SECOND_PERSON_REQUIRED (who asked for a reward,
    or wrote what gave it, does not approve it). What is taken back brings down what followed from it: `reversal` says
    what.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Settled:
        views: dict[int, Row] = {}
        if deed is Deed.REVERSE:
            reversals = await load_reversals(house, keepers, reward_ids, now)
            batch, views = reversals.batch, reversals.views
            before = [batch.decide(reward_id, reversals.reverse, act.request_id) for reward_id in reward_ids]
        else:
            batch = await load_rewards(house, keepers, reward_ids, now)
            by, decide = await _decider(keepers, batch, act, deed), DEEDS[deed]
            before = [
                batch.decide(reward_id, lambda decision, reward: decide(decision, reward, by), act.request_id)
                for reward_id in reward_ids
            ]
        await save_rewards(keepers, batch)
        return [
            one if isinstance(one, AppError) else await _noted(keepers, act, deed, one, views.get(one.id), now=now)
            for one in before
        ]

    return await once(house, act, deed.value, work)


async def settle_reward(house: House, act: KeyedAct, deed: Deed, reward_id: int) -> Done:
    """As `settle_rewards`, for one: raises its refusal, and the act renders the reward."""

    def render(results: Settled) -> bytes:
        if isinstance(results[0], AppError):
            raise results[0]
        return act.render(results[0])

    return await settle_rewards(house, replace(act, render=render), deed, [reward_id])


async def _decider(keepers: Services, batch: RewardBatch, act: AdminAct, deed: Deed) -> Decider:
    asked = batch.rewards.values() if deed is Deed.APPROVE else ()
    return Decider(
        act.actor, await authors_of(keepers, [Given(r.id, r.user_id, r.operation_id, r.created_at) for r in asked])
    )


async def _noted(
    keepers: Services, act: AdminAct, deed: Deed, before: StoredReward, reversal: Row | None, *, now: datetime
) -> Row:
    after = await keepers.reward.find(before.id)
    if after is None:
        raise InvariantBroken("a reward is never deleted")
    facts = {name: after[name] for name in ("state", "operation_id", "user_id", "reward_type", "amount")}
    facts |= reversal or {}
    await keepers.audit.add(act, deed, f"reward:{before.id}", before={"state": before.state}, after=facts, now=now)
    return after if reversal is None else after | {"reversal": reversal}


def _approve(decision: Decision, reward: StoredReward, by: Decider) -> None:
    reward.require_state(RewardState.APPROVAL)
    reward.require_second_person(by.actor, by.authors[reward.id])
    deliver_stored(decision, reward, approved_by=by.actor)


def _reject(decision: Decision, reward: StoredReward, _by: Decider) -> None:
    reward.require_state(RewardState.APPROVAL)
    put_in_state(decision, reward, RewardState.REJECTED)


def _retry(decision: Decision, reward: StoredReward, _by: Decider) -> None:
    reward.require_state(RewardState.PENDING, RewardState.FAILED)
    deliver_stored(decision, reward)


DEEDS: dict[Deed, Callable[[Decision, StoredReward, Decider], None]] = {
    Deed.APPROVE: _approve,
    Deed.REJECT: _reject,
    Deed.RETRY: _retry,
}
