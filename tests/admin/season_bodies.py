"""Seasons as a client would send them."""

from typing import Any

COIN = {"reward_type": "TOKEN", "reward_amount": 1, "token_type": "ROULETTE_COIN"}


def level(number: int, required_xp: int, *rewards: dict[str, Any], auto_claim: bool = True) -> dict[str, Any]:
    return {
        "level": number,
        "required_xp": required_xp,
        "label_ko": f"레벨 {number}",
        "label_en": f"Level {number}",
        "auto_claim": auto_claim,
        "rewards": {"FREE": list(rewards or [COIN])},
    }


def season(
    name: str = "NEW_YEAR_2026", start: str = "2026-01-01", end: str = "2026-01-31", **more: Any
) -> dict[str, Any]:
    """A small season: three levels at 20, 50 and 100 XP."""
    return {
        "season_name": name,
        "start_date": start,
        "end_date": end,
        "base_xp_per_stamp": 20,
        "levels": [level(1, 20), level(2, 50), level(3, 100)],
    } | more


def body_of(view: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a client would PUT back after reading a season."""
    unsettable = ("id", "version", "created_at", "updated_at", "warnings")
    return {name: value for name, value in view.items() if name not in unsettable} | changes
