"""Rewards given directly, as a rule would, and where they stand."""

from datetime import datetime
from typing import Any

from app.core.time_utils import kst_date
from app.db.values import instant_in
from app.domain.event_names import Feature
from app.domain.grants import Grant, RewardState
from app.domain.records import Changes
from app.domain.wallet import Reason
from app.domain.worth import Approval
from app.flows.seed_demo import ACT
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.services import Services
from app.services.player_state import Wanted
from tests.world import Person, World

Standing = tuple[str, int, str | None, datetime | None]


async def give(
    world: World, player: Person, *grants: Grant, operation_id: str, reason: Reason = Reason.SEASON_REWARD
) -> tuple[RewardState, ...]:
    """Grants through the one payer, in a transaction of its own, as the demo's seed does."""
    now = world.clock.now()

    async def work(keepers: Services) -> tuple[RewardState, ...]:
        rules = await keepers.rule_book.in_force([Feature.CLAIM], kst_date(now))
        state = (await keepers.player.lock([player.id], Wanted.of(rules, wallets=True)))[player.id]
        season = rules.season_if_any(state)
        decision = Decision(state, Changes(), now, rules.today, season, Approval(10_000), None)
        states = grant_rewards(decision, grants, operation_id=operation_id, source="SEED", reason=reason)
        await save_changes(keepers, decision.changes)
        await keepers.audit.add(ACT, "PLAYER_SEEDED", f"player:{player.id}", after=[operation_id], now=now)
        return states

    return await world.house.write(work)


async def stands(world: World, operation_id: str) -> Standing:
    """(state, attempts, last error, next try) of a reward."""
    query = "SELECT state, attempts, last_error, next_try_at FROM reward_log WHERE operation_id = :o"
    row: tuple[Any, ...] = (await world.rows(query, o=operation_id))[0]
    return row[0], row[1], row[2], instant_in(row[3])
