"""A season that uses everything, and the wheel that is played in it."""

from typing import Any

from tests.admin.desk import Desk, desk_of
from tests.world import World


def points(amount: int) -> dict[str, Any]:
    return {"reward_type": "POINT", "reward_amount": amount}


def coins(amount: int) -> dict[str, Any]:
    return {"reward_type": "TOKEN", "reward_amount": amount, "token_type": "ROULETTE_COIN"}


def xp(amount: int) -> dict[str, Any]:
    return {"reward_type": "XP", "reward_amount": amount}


def level(number: int, required_xp: int, auto_claim: bool, **rewards: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "level": number,
        "required_xp": required_xp,
        "label_ko": f"레벨 {number}",
        "label_en": f"Level {number}",
        "auto_claim": auto_claim,
        "rewards": rewards,
    }


LEVELS = [
    level(1, 20, True, FREE=[coins(1)], GOLD=[points(5)]),
    level(2, 40, True, FREE=[points(10)], GOLD=[xp(15)], SILVER=[coins(1)]),
    level(3, 60, False, FREE=[points(7)], GOLD=[points(9), coins(1)]),
    level(4, 80, True, GOLD=[points(1), coins(2)]),
    level(5, 120, False, FREE=[xp(30)], SILVER=[points(3)]),
    level(6, 160, True, FREE=[points(100)], GOLD=[points(200)]),
]
OVERFLOW = {"every_xp": 25, "max_times": 5, "rewards": [points(11), coins(1)]}
STREAK = {
    "freezes_at_start": 1,
    "freeze_every_days": 3,
    "freeze_cap": 2,
    "paused_days": ["2025-12-14"],
    "milestones": [
        {"days": 2, "rewards": [points(20)]},
        {"days": 4, "rewards": [xp(10)]},
        {"days": 7, "rewards": [points(70), coins(1)]},
    ],
}
RICH: dict[str, Any] = {
    "season_name": "RICH",
    "program": "main",
    "start_date": "2025-12-09",
    "end_date": "2025-12-25",
    "base_xp_per_stamp": 20,
    "grace_days": 3,
    "internal_win_threshold": 3,
    "stamp_on_play": True,
    "play_stamps_per_day": 2,
    "daily_xp_cap": 50,
    "overflow": OVERFLOW,
    "streak": STREAK,
    "levels": LEVELS,
}
PRIZES = [points(3), None, coins(2), xp(25), points(20_000), xp(40)]


def wheel(*prizes: dict[str, Any] | None) -> dict[str, Any]:
    """A roulette of six prizes, each as likely as the others: the roll is the slot."""
    slots = [{"slot_index": slot, "label": f"{slot}", "weight": 1, **(p or {})} for slot, p in enumerate(prizes)]
    return {"name": "wheel", "segments": slots}


WHEEL = wheel(*PRIZES)


async def begin(world: World, **changes: Any) -> tuple[Desk, int]:
    """An admin, and the rich season (with changes) running in the place of the reference season."""
    desk = await desk_of(world, "kim@example.com", "admin")
    await desk.ok("POST", f"/seasons/{world.season_id}/retire", {"players_who_lose": 1_000}, version="*")
    made = await desk.ok("POST", "/seasons", RICH | {"is_active": True} | changes)
    return desk, made["id"]
