"""Settles a bridge campaign: closes its door, pays every player once, proves the totals.

Locks feature_config and bridge_campaigns to close; then, some hundred players a transaction: job_runs, feature_config
(shared), user_profiles with wallets and season_progress. Writes bridge_settlements, user_profiles, reward_log, wallets,
wallet_ledger, season_progress, season_xp_ledger, season_claims, user_event_log, outbox, job_runs, bridge_campaigns.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.core.alarms import raise_alarm
from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.bridge import Campaign, CampaignState, LevelState, Outcome, Policy, payout
from app.domain.bridge_records import BridgeSettlement
from app.domain.event_names import Feature
from app.domain.jobs import JobFailed, JobRun, Lease
from app.domain.player import PlayerState
from app.domain.records import Changes
from app.domain.rule_book import RuleBook
from app.domain.season import Season
from app.domain.worth import Approval
from app.flows.steps.decision import Decision
from app.flows.steps.lease import hold
from app.flows.steps.pay_bridge import pay_bridge
from app.flows.steps.raise_level import target_season
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.bridge_control_service import ControlTotals, DueTotal
from app.services.job_service import Advance
from app.services.player_state import Wanted

Progress = Callable[[JobRun], None]


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a chunk of players is settled on."""

    campaign: Campaign
    target: Season | None
    rules: RuleBook
    changes: Changes
    now: datetime
    approval: Approval


async def close_bridge(house: House, code: str) -> Campaign:
    """Ends the collecting: once this returns, every key that counts is committed, and no later one is recorded.

    Whatever records a key share-locks the switches and the campaign first, so this waits for those under way, and those
    that come later see CLOSING. Safe to run again. Raises BRIDGE_NOT_FOUND, and BRIDGE_STATE for a draft.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Campaign:
        await keepers.feature.lock_all()
        row = await keepers.bridge.find(code, locked=True)
        if row is None:
            raise AppError("BRIDGE_NOT_FOUND")
        if row["state"] == CampaignState.DRAFT:
            raise AppError("BRIDGE_STATE", state=row["state"])
        if row["state"] == CampaignState.OPEN:
            await keepers.bridge.change(row["id"], state=CampaignState.CLOSING, now=now)
        return await keepers.rule_book.bridge_named(code)

    return await house.write(work)


async def preview_settlement(house: House, code: str) -> tuple[Campaign, bool, list[DueTotal]]:
    """(the campaign, whether its target season will be there, what a settlement would do now). Changes nothing."""
    now = house.clock.now()

    async def work(keepers: Services) -> tuple[Campaign, bool, list[DueTotal]]:
        campaign = await keepers.rule_book.bridge_named(code)
        # asked before New Year, the season that begins with it is the one that counts
        rules = await keepers.rule_book.seasons_on(kst_date(max(now, campaign.settles_at)))
        has_target = await target_season(keepers, campaign, rules) is not None
        if campaign.state is CampaignState.SETTLED:
            return campaign, has_target, []
        return (
            campaign,
            has_target,
            await keepers.bridge_control.due(
                required_keys=campaign.required_keys,
                is_per_key=campaign.policy is Policy.PER_KEY,
                host_id=campaign.host_id,
            ),
        )

    return await house.snapshot(work)


async def settle_bridge(house: House, lease: Lease, *, goes_on: Callable[[], bool], progress: Progress) -> bool:
    """Settles everyone who has keys, then proves the totals; False when it was asked to stop before the end.

    Can be killed at any instant and run again: the cursor moves in the transaction that pays, and (campaign, player) is
    unique. Raises LeaseLost, FEATURE_DISABLED while BRIDGE is stopped, and JobFailed when the proof fails.
    """
    campaign = await close_bridge(house, lease.slot.subject)
    while True:
        if not goes_on():
            return False
        run = await settle_chunk(house, lease, campaign)
        if run is None:
            break
        progress(run)
    await _prove_and_finish(house, lease, campaign)
    return True


async def settle_chunk(house: House, lease: Lease, campaign: Campaign) -> JobRun | None:
    """Settles the next players in one transaction; the run as it was before, None when nobody is left."""
    now = house.clock.now()

    async def work(keepers: Services) -> JobRun | None:
        run = await hold(keepers, lease)
        rules = await keepers.rule_book.in_force([Feature.BRIDGE], kst_date(now))
        rules.require_open(Feature.BRIDGE)  # an operator's stop holds here, too
        ids = await keepers.player.with_keys(campaign.host_id, after=run.cursor, limit=house.settings.settlement_chunk)
        if not ids:
            return None
        target = await target_season(keepers, campaign, rules)
        seasons = replace(rules, seasons=(target,) if target else ())
        wanted = Wanted.of(seasons, wallets=True, bridges=(campaign.id,))
        players = await keepers.player.lock(ids, wanted)
        chunk = Chunk(campaign, target, rules, Changes(), now, house.approval)
        for player in players.values():
            _settle_player(chunk, player)
        await save_changes(keepers, chunk.changes)
        paid = [s for s in chunk.changes.settlements if s.outcome is Outcome.PAID]
        step = Advance(ids[-1], seen=len(players), done=len(paid), amount=sum(s.points_paid for s in paid))
        await keepers.job.advance(lease, step)
        return run

    return await house.write(work)


def _settle_player(chunk: Chunk, player: PlayerState) -> None:
    """Decides one player: points, level, settlement row, counters back to zero."""
    due = payout(chunk.campaign, player)
    decision = Decision(
        player=player,
        changes=chunk.changes,
        now=chunk.now,
        today=chunk.rules.today,
        season=chunk.target,
        approval=chunk.approval,
        request_id=None,
    )
    level_state, xp = pay_bridge(decision, chunk.campaign, chunk.target, due)
    season_id = chunk.target.id if chunk.target is not None and due.earns_level else None
    chunk.changes.settlements.append(
        BridgeSettlement(
            campaign_id=chunk.campaign.id,
            user_id=player.id,
            outcome=due.outcome,
            key_count=player.event_key_count,
            pending_points=player.event_pending_points,
            points_paid=due.points,
            level_state=level_state,
            season_id=season_id,
            level_after=None if season_id is None else player.progress_in(season_id).current_level,
            xp_added=xp,
            created_at=chunk.now,
            updated_at=chunk.now,
        )
    )
    chunk.changes.count_keys(player, 0, 0)


async def _prove_and_finish(house: House, lease: Lease, campaign: Campaign) -> None:
    """SETTLED and DONE, in one transaction, if every trace of the settlement tells the same story."""
    totals = await house.snapshot(
        lambda keepers: keepers.bridge_control.totals(campaign.id, campaign.code, campaign.host_id)
    )
    now = house.clock.now()

    async def work(keepers: Services) -> list[str]:
        await keepers.feature.lock_all()
        await keepers.bridge.find(campaign.code, locked=True)
        run = await hold(keepers, lease)
        problems = _differences(run, totals)
        if not problems:
            await keepers.bridge.change(campaign.id, state=CampaignState.SETTLED, now=now)
            await keepers.job.finish(lease, now=now)
            waiting = [row["players"] for row in await keepers.bridge.outcomes(campaign.id) if _waits(row)]
            if waiting:
                raise_alarm("bridge_levels_pending", campaign=campaign.code, players=sum(waiting))
        return problems

    problems = await house.write(work)
    if problems:
        raise JobFailed("; ".join(problems))


def _differences(run: JobRun, totals: ControlTotals) -> list[str]:
    """Every pair of figures that must be equal and isn't."""
    pairs = {
        "players seen by the run = settlements": (run.seen, totals.settled),
        "players paid by the run = settlements paid": (run.done, totals.paid),
        "points paid by the run = points of the settlements": (run.amount, totals.points_paid),
        "points of the settlements = points of the ledger": (totals.points_paid, totals.ledger_points),
        "players with keys = settlements": (totals.players_with_keys, totals.settled),
        "keys collected = keys settled": (totals.keys, totals.keys_settled),
        "points collected = points settled": (totals.points_collected, totals.points_settled),
        "nobody is left": (totals.left, 0),
    }
    return [f"{fact}: {left} ≠ {right}" for fact, (left, right) in pairs.items() if left != right]


def _waits(row: dict[str, Any]) -> bool:
    return bool(row["level_state"] == LevelState.PENDING)
