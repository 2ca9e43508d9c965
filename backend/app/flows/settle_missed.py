"""What a player got nothing of at a settlement because they were blocked, and settling it once they are not.

Locks feature_config (shared), user_profiles with wallets and season_progress, job_runs. Reads bridge_settlements,
leaderboard_results, team_results, reward_log, idempotency_keys. Writes bridge_settlements, leaderboard_results,
reward_log, wallets, wallet_ledger, season_* (XP), user_event_log, outbox, job_runs, admin_audit_log, idempotency_keys.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.bridge import Campaign, LevelState, Outcome, payout
from app.domain.bridge_records import BridgeSettlement
from app.domain.event_names import Feature
from app.domain.jobs import BRIDGE_SETTLEMENT, TEAM_SETTLEMENT, subject_slot
from app.domain.player import PlayerState
from app.domain.records import Changes
from app.domain.rule_book import RuleBook
from app.domain.season import Season
from app.flows.steps.commands import Done
from app.flows.steps.decision import Decision
from app.flows.steps.missed import Missed, MissedRank, find_missed
from app.flows.steps.once import KeyedAct, once
from app.flows.steps.pay_bridge import pay_bridge
from app.flows.steps.pay_rank import TEAM_SOURCE, pay_rank
from app.flows.steps.raise_level import raise_level, target_season
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted

Row = dict[str, Any]
BRIDGE = "BRIDGE"


async def missed_settlements(house: House, user_id: int) -> list[Row]:
    """What the player missed, oldest first of each kind. Raises USER_NOT_FOUND."""

    async def work(keepers: Services) -> list[Row]:
        if await keepers.player.profile(user_id) is None:
            raise AppError("USER_NOT_FOUND")
        missed = await find_missed(keepers, user_id)
        bridges = [
            {"kind": BRIDGE, "code": campaign.code, "keys": row["key_count"], "points": row["pending_points"]}
            for row, campaign in missed.bridges
        ]
        return bridges + [rank.view() for rank in missed.ranks]

    return await house.read(work)


async def settle_missed(house: House, act: KeyedAct, user_id: int) -> Done:
    """Pays it all, each with the operation id that it would have had: once for ever. Nothing missed: nothing happens.

    Raises USER_NOT_FOUND, USER_BLOCKED (let them in first), and FEATURE_DISABLED while BRIDGE or RANKING, of which
    something is to be paid, is stopped.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        rules = await keepers.rule_book.in_force([Feature.BRIDGE, Feature.RANKING], kst_date(now))
        campaigns = [campaign for _, campaign in (await find_missed(keepers, user_id)).bridges]
        targets = {one.id: await target_season(keepers, one, rules) for one in campaigns}
        seasons = {one.id: one for one in (*rules.seasons, *filter(None, targets.values()))}
        wanted = Wanted.of(replace(rules, seasons=tuple(seasons.values())), wallets=True)
        player = (await keepers.player.lock([user_id], wanted)).get(user_id)
        if player is None:
            raise AppError("USER_NOT_FOUND")
        if player.is_blocked:
            raise AppError("USER_BLOCKED")
        missed = await find_missed(keepers, user_id)  # again: until the lock was there, another may have settled it
        for feature, is_due in ((Feature.BRIDGE, missed.bridges), (Feature.RANKING, missed.ranks)):
            if is_due:
                rules.require_open(feature)
        ground = _Ground(house, rules, player, now, act.request_id)
        settled = [ground.settle_bridge(row, one, targets.get(one.id)) for row, one in missed.bridges]
        for rank in missed.ranks:
            ground.settle_rank(rank)
        await _save(keepers, ground, settled, missed)
        done = [_settled(s, campaign.code) for s, (_, campaign) in zip(settled, missed.bridges, strict=True)]
        done += [rank.view() for rank in missed.ranks]
        if done:
            await keepers.audit.add(act, "SETTLED_LATE", f"player:{user_id}", after={"settled": done}, now=now)
        return {"user_id": user_id, "settled": done, "server_time": kst_text(now)}

    return await once(house, act, "SETTLE_MISSED", work)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What is decided on, and where the records go."""

    house: House
    rules: RuleBook
    player: PlayerState
    now: datetime
    request_id: str | None
    changes: Changes = field(default_factory=Changes)

    def decision(self, season: Season | None) -> Decision:
        """Each settlement is a cause of its own."""
        today, approval = self.rules.today, self.house.approval
        return Decision(self.player, self.changes, self.now, today, season, approval, self.request_id)

    def settle_bridge(self, row: Row, campaign: Campaign, target: Season | None) -> BridgeSettlement:
        """The settlement as it would have been; of one that paid its points, the level."""
        decision = self.decision(target)
        held = replace(self.player, event_key_count=row["key_count"], event_pending_points=row["pending_points"])
        due = payout(campaign, held)
        outcome, points = Outcome(row["outcome"]), row["points_paid"]
        if outcome is Outcome.BLOCKED:
            outcome, points = due.outcome, due.points
            level_state, xp = pay_bridge(decision, campaign, target, due)
        else:
            level_state, xp = (LevelState.PENDING, 0) if target is None else raise_level(decision, campaign, target)
        has_season = target is not None and level_state is not LevelState.NONE
        kept = ("campaign_id", "user_id", "key_count", "pending_points", "created_at")
        return BridgeSettlement(
            **{name: row[name] for name in kept},
            outcome=outcome,
            points_paid=points,
            level_state=level_state,
            season_id=target.id if has_season and target else None,
            level_after=self.player.progress_in(target.id).current_level if has_season and target else None,
            xp_added=xp,
            updated_at=self.now,
        )

    def settle_rank(self, rank: MissedRank) -> None:
        decision = self.decision(self.rules.season_if_any(self.player))
        pay_rank(decision, rank.grants, operation_id=rank.operation_id, source=rank.source, facts=rank.facts)


async def _save(keepers: Services, ground: _Ground, settled: list[BridgeSettlement], missed: Missed) -> None:
    """Writes it all; the runs that are over count what was settled behind them."""
    await save_changes(keepers, ground.changes)
    await keepers.bridge.settle_levels(settled)
    for one, (before, campaign) in zip(settled, missed.bridges, strict=True):
        slot = subject_slot(BRIDGE_SETTLEMENT, campaign.code, kst_date(campaign.settles_at))
        paid = one.outcome is Outcome.PAID and before["outcome"] == Outcome.BLOCKED
        await keepers.job.count_late(slot, done=int(paid), amount=one.points_paid - before["points_paid"])
    for rank in missed.ranks:
        if rank.board_id is not None:
            ranks = {"PAID": [rank.facts["rank"]]}
            await keepers.leaderboard_result.mark_paid(rank.board_id, rank.facts["window"], ranks)
        elif rank.source == TEAM_SOURCE:
            slot = subject_slot(TEAM_SETTLEMENT, rank.facts["contest"], kst_date(ground.now))
            await keepers.job.count_late(slot, done=1, amount=0)


def _settled(settlement: BridgeSettlement, code: str) -> Row:
    return {
        "kind": BRIDGE,
        "code": code,
        "outcome": settlement.outcome,
        "points": settlement.points_paid,
        "level_state": settlement.level_state,
        "xp": settlement.xp_added,
    }
