"""What else the console's screenshots show: a rule on host events with some events, and a further version of it."""

from datetime import timedelta
from typing import Any

from tests.world import World

REASON = "the winter event"
RULE: dict[str, Any] = {
    "event_types": ["video.watched"],
    "when": [
        {"field": "data.percent", "op": "gte", "value": 90},
        {"any": [{"field": "data.kind", "op": "in", "value": ["lesson", "talk"]}, {"not": {
            "field": "data.kind", "op": "exists", "value": True}}]},
    ],
    "once_per": ["data.title_id"],
    "cap_per_day": 5,
    "cooldown_seconds": 600,
    "effects": [
        {"kind": "XP", "amount": 20},
        {"kind": "REWARD", "reward_type": "TOKEN", "reward_amount": 1, "token_type": "ROULETTE_COIN"},
    ],
}  # fmt: skip


async def prepare(world: World, admin: dict[str, str]) -> None:
    """What operators set before the evening begins."""
    await _rules(world, admin)


async def _rules(world: World, admin: dict[str, str]) -> None:
    here, why = "/api/admin/rules", {"reason": REASON}
    new = {"code": "WATCHED_90", "title": "강의를 끝까지", "config": RULE} | why
    await world.ok("POST", here, headers=admin, json=new)
    await world.ok("POST", f"{here}/WATCHED_90/activate", headers=admin, json={"version": 1} | why)
    more = {"config": RULE | {"cap_per_day": 8}} | why
    await world.ok("POST", f"{here}/WATCHED_90/versions", headers=admin, json=more)
    begun = world.clock.now() - timedelta(hours=5)
    events = [
        {"id": f"w-{n}", "source": "/lms", "type": "video.watched", "subject": f"learner-{n % 3}",
         "time": (begun + timedelta(minutes=7 * n)).isoformat(),
         "data": {"percent": 84 + n, "title_id": f"t-{n % 5}", "kind": "lesson"}}
        for n in range(14)
    ]  # fmt: skip
    await world.ok("POST", "/api/events", headers=await world.token("main", "host"), json={"events": events})
