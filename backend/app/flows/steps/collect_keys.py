"""Collecting bridge keys: recorded in the same transaction as what earned them."""

from datetime import date

from app.domain.bridge import Campaign, MissionKind, Slot
from app.domain.bridge_records import BridgeKey
from app.domain.event_names import EventType, Feature, Topic
from app.domain.rule_book import RuleBook
from app.domain.wallet import Reason
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards

BRIDGE_SOURCE = "BRIDGE"


def collect_play_key(decision: Decision, rules: RuleBook, *, feature_type: str, cause: str) -> str | None:
    """Gives today's key when this play completes its mission; returns its event type, None when nothing was earned.

    The play has been recorded in `player.last_plays`; those of every game that the mission names were loaded.
    """
    campaign = rules.collecting_bridge(decision.player.host_id)
    slot = campaign.slot_on(decision.today) if campaign is not None else None
    if campaign is None or slot is None or feature_type not in slot.mission.games:
        return None
    if slot.mission.progress(decision.player, decision.today) < slot.mission.target:
        return None
    return _collect(decision, campaign, slot, cause)


def collect_host_key(
    decision: Decision, rules: RuleBook, *, host_event_type: str, cause: str, on: date | None = None
) -> str | None:
    """Gives the key of a KST day (default: today) whose mission is this event of the player's host; None otherwise.

    `rules` were read with Feature.BRIDGE; the player was locked with `Wanted(wallets=True, bridges=rules.bridge_ids)`.
    A late event counts for its own day while the campaign is open. Blocked players collect too: they aren't paid.
    """
    campaign = rules.collecting_bridge(decision.player.host_id)
    slot = campaign.slot_on(on or decision.today) if campaign is not None else None
    if campaign is None or slot is None or slot.mission.kind is not MissionKind.HOST_EVENT:
        return None
    if slot.mission.host_event_type != host_event_type:
        return None
    return _collect(decision, campaign, slot, cause)


def collect_presence_key(decision: Decision, rules: RuleBook, *, on: date, hour: int, cause: str) -> str | None:
    """Gives the key of a KST day whose mission is to be there at this hour (KST) of it; None otherwise."""
    campaign = rules.collecting_bridge(decision.player.host_id)
    slot = campaign.slot_on(on) if campaign is not None else None
    if campaign is None or slot is None or slot.mission.kind is not MissionKind.PRESENCE:
        return None
    return _collect(decision, campaign, slot, cause) if hour >= slot.mission.from_hour else None


def _collect(decision: Decision, campaign: Campaign, slot: Slot, cause: str) -> str | None:
    """Records the key, raises the player's counters and gives what it gives at once; None when it was there already.

    A blocked player's key is recorded and gives nothing.
    """
    player, changes, now = decision.player, decision.changes, decision.now
    if (campaign.id, slot.day) in player.bridge_days:
        return None
    player.bridge_days.add((campaign.id, slot.day))
    key = BridgeKey(
        campaign.id, player.id, slot.event_type, slot.day, slot.slot_date, campaign.points_per_key, cause, now
    )
    changes.bridge_keys.append(key)
    changes.count_keys(player, player.event_key_count + 1, player.event_pending_points + key.points)
    operation_id = campaign.operation_id(player.id, slot.event_type)
    facts = {"campaign": campaign.code, "day": slot.day, "key_event": slot.event_type}
    decision.log(EventType.BRIDGE_KEY, Feature.BRIDGE, operation_id, **facts, cause=cause)
    decision.announce(Topic.BRIDGE_KEY, **facts, total_key_count=player.event_key_count)
    if not player.is_blocked:
        grant_rewards(
            decision,
            slot.grants,
            operation_id=player.again(operation_id),
            source=BRIDGE_SOURCE,
            reason=Reason.BRIDGE_REWARD,
        )
    return slot.event_type
