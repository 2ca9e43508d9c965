"""Gives the levels that waited for the new season, once it is there.

Locks job_runs, feature_config (shared), user_profiles with wallets and season_progress. Writes bridge_settlements,
season_*, reward_log, wallets, wallet_ledger, user_event_log, outbox, job_runs.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.core.time_utils import kst_date
from app.domain.bridge import Campaign, LevelState, Outcome
from app.domain.bridge_records import BridgeSettlement
from app.domain.event_names import Feature
from app.domain.jobs import Lease
from app.domain.records import Changes
from app.domain.season import Season
from app.flows.steps.decision import Decision
from app.flows.steps.lease import hold
from app.flows.steps.raise_level import raise_level, target_season
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.job_service import Advance
from app.services.player_state import Wanted

Row = dict[str, Any]


async def settle_bridge_levels(house: House, lease: Lease, *, goes_on: Callable[[], bool]) -> bool:
    """Gives every level that waits, each once; False when it was asked to stop before the end."""
    campaign = await house.read(lambda keepers: keepers.rule_book.bridge_named(lease.slot.subject))
    while goes_on():
        if not await _give_chunk(house, lease, campaign):
            return True
    return False


async def _give_chunk(house: House, lease: Lease, campaign: Campaign) -> bool:
    """Gives the next levels in one transaction; False when none is left, or the season is gone again."""
    now = house.clock.now()

    async def work(keepers: Services) -> bool:
        run = await hold(keepers, lease)
        rules = await keepers.rule_book.in_force([Feature.BRIDGE], kst_date(now))
        rules.require_open(Feature.BRIDGE)
        target = await target_season(keepers, campaign, rules)
        rows = await keepers.bridge.pending_levels(campaign.id, after=run.cursor, limit=house.settings.settlement_chunk)
        if target is None or not rows:
            return False
        ids = [row["user_id"] for row in rows]
        wanted = Wanted.of(replace(rules, seasons=(target,)), wallets=True)
        players = await keepers.player.lock(ids, wanted)
        # read again: until the lock was there, the run of another day may have given some of them
        rows = await keepers.bridge.pending_levels(campaign.id, after=run.cursor, limit=house.settings.settlement_chunk)
        batch, settled = Changes(), []
        for row in rows:
            if row["user_id"] in players:
                player = players[row["user_id"]]
                decision = Decision(player, batch, now, rules.today, target, house.approval, None)
                settled.append(_give(decision, campaign, target, row))
        await save_changes(keepers, batch)
        await keepers.bridge.settle_levels(settled)
        given = [s for s in settled if s.level_state is LevelState.PAID]
        step = Advance(ids[-1], seen=len(settled), done=len(given), amount=sum(s.xp_added for s in given))
        await keepers.job.advance(lease, step)
        return True

    return await house.write(work)


def _give(decision: Decision, campaign: Campaign, target: Season, row: Row) -> BridgeSettlement:
    """The player's settlement with its level decided. Who was blocked meanwhile doesn't get it."""
    player = decision.player
    state, xp = (LevelState.BLOCKED, 0) if player.is_blocked else raise_level(decision, campaign, target)
    kept = ("campaign_id", "user_id", "key_count", "pending_points", "points_paid", "created_at")
    return BridgeSettlement(
        **{name: row[name] for name in kept},
        outcome=Outcome(row["outcome"]),
        level_state=state,
        season_id=None if player.is_blocked else target.id,
        level_after=None if player.is_blocked else player.progress_in(target.id).current_level,
        xp_added=xp,
        updated_at=decision.now,
    )
