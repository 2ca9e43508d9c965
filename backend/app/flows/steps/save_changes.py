"""The last step of every command: write what was decided, set-based, in one order."""

from app.domain.records import Changes
from app.flows.steps.hand_out_coupons import hand_out_coupons
from app.services import Services


async def save_changes(keepers: Services, changes: Changes) -> None:
    """Writes every record of a batch, one statement per table that has any. The caller's commit makes it happen."""
    await hand_out_coupons(keepers, changes)
    await keepers.game_log.add_plays(changes.plays)
    await keepers.wallet.save(changes.entries, changes.balances)
    await keepers.wallet.save_debts(changes.debts)
    await keepers.reward.add(changes.rewards)
    await keepers.reward.change(changes.reward_changes)
    await keepers.promo.add_claims(changes.promo_claims)
    await keepers.inbox.claim(changes.inbox_claims)
    await keepers.entitlement.issue(changes.entitlements)
    for operation_id, at in changes.taken_back.items():
        await keepers.coupon.void([operation_id], at)
        await keepers.entitlement.revoke([operation_id], at)
    await keepers.season_pass.take_claims_back(changes.lost_claims)
    await keepers.season_pass.save(changes.progress.values(), changes.stamps, changes.xp, changes.claims)
    await keepers.season_pass.save_passes(changes.passes.values())
    await keepers.bridge.take_keys_back(changes.lost_keys)
    await keepers.bridge.save(changes.bridge_keys, changes.settlements)
    await keepers.player.save_key_counters(changes.key_counters)
    await keepers.player.save_reversals(changes.reversals)
    await keepers.host_event.add(changes.taken_events)
    await keepers.host_event.add_revocations(changes.event_revocations)
    await keepers.reversal.add(changes.reviews)
    await keepers.rule_state.save(changes.rule_hits, changes.rule_marks)
    await keepers.mission.save(changes.missions.values())
    await keepers.leaderboard.add_scores(changes.scores)
    await keepers.team.save(changes.members.values())
    await keepers.event_log.add(changes.events)
    await keepers.outbox.add(changes.announcements)
    await keepers.idempotency.store(changes.answers)
