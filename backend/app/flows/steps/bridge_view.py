"""The bridge as a player sees it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.core.time_utils import kst_date
from app.domain.bridge import Campaign, Slot, countdown
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.services import Services


def bridge_view(player: PlayerState, campaign: Campaign | None, now: datetime) -> dict[str, Any] | None:
    """`event_bridge` of the contract, in plain JSON values; None when no campaign runs or waits for its settlement.

    The player was read with the plays of today's mission (`mission_games`) and `Wanted(bridges=…)`, then `load_missed`.
    """
    if campaign is None:
        return None
    days = sorted(day for campaign_id, day in player.bridge_days if campaign_id == campaign.id)
    return {
        "campaign": campaign.code,
        "active_keys": days,
        "total_key_count": len(days),
        "required_keys": campaign.required_keys,
        "pending_reward_points": player.event_pending_points,
        "is_all_keys_collected": len(days) >= campaign.required_keys,
        "countdown_to_new_season": countdown(now, campaign.ends_at),
        "slots": [_slot_view(slot, player, slot.day in days, kst_date(now)) for slot in campaign.slots],
    }


def mission_games(campaigns: tuple[Campaign, ...], today: date) -> tuple[str, ...]:
    """The games whose plays count for a mission of today."""
    slots = [campaign.slot_on(today) for campaign in campaigns]
    return tuple(sorted({game for slot in slots if slot is not None for game in slot.mission.games}))


async def load_missed(keepers: Services, rules: RuleBook, players: Mapping[int, PlayerState]) -> None:
    """Reads what these players played on past days whose key they missed: one statement, none where nothing was missed.

    What was made on a missed day stays in sight, though it earns nothing any more.
    """
    missed = [
        (player.id, slot)
        for player in players.values()
        if (campaign := rules.bridge_of(player.host_id)) is not None
        for slot in campaign.slots
        if slot.mission.games and slot.slot_date < rules.today and (campaign.id, slot.day) not in player.bridge_days
    ]
    if not missed:
        return
    games = {game for _, slot in missed for game in slot.mission.games}
    days = {slot.slot_date for _, slot in missed}
    found = await keepers.game_log.plays_by_day({user_id for user_id, _ in missed}, games, days)
    for user_id, feature_type, day, plays in found:
        players[user_id].past_plays[feature_type, day] = plays


def _slot_view(slot: Slot, player: PlayerState, is_collected: bool, today: date) -> dict[str, Any]:
    target = slot.mission.target
    return {
        "day": slot.day,
        "date": slot.slot_date.isoformat(),
        "event_type": slot.event_type,
        "state": _state(slot, is_collected, today),
        "progress": target if is_collected else slot.mission.progress(player, slot.slot_date),
        "target": target,
        "mission": slot.mission.view(),
        "rewards": [grant.view() for grant in slot.grants],
    }


def _state(slot: Slot, is_collected: bool, today: date) -> str:
    if is_collected:
        return "COLLECTED"
    if slot.slot_date == today:
        return "OPEN"
    return "LOCKED" if slot.slot_date > today else "MISSED"
