"""What else the console's screenshots show: rules tried on events, missions under way, campaigns of codes, coupons."""

from datetime import timedelta
from typing import Any

from tests.world import World, key

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


COIN = {"reward_type": "TOKEN", "reward_amount": 1, "token_type": "ROULETTE_COIN"}
POINTS = {"reward_type": "POINT", "reward_amount": 500}
SET: list[tuple[str, dict[str, Any]]] = [
    ("missions", {"code": "DAILY_SPINS", "title_ko": "룰렛 3번 돌리기", "title_en": "Spin three times",
                  "period": "DAILY", "metric": "PLAY.ROULETTE", "target": 3, "claim": "MANUAL",
                  "rewards": [COIN], "is_active": True}),
    ("missions", {"code": "LATE_DICE", "title_ko": "섣달그믐 주사위", "title_en": "Dice of the last day",
                  "period": "ONCE", "metric": "WIN.DICE", "target": 5, "repeat_max": 2,
                  "rewards": [POINTS, COIN], "is_active": True,
                  "requires": ["DAILY_SPINS"], "starts_on": "2025-12-30", "ends_on": "2025-12-31"}),
    ("promotions", {"code": "XMAS_RUSH", "title_ko": "선착순 500명", "title_en": "First 500", "kind": "SHARED",
                    "shared_code": "XMAS-2025", "opens_at": "2025-12-08T20:00:00+09:00", "units": 500,
                    "rewards": [POINTS]}),
    ("promotions", {"code": "LETTERS", "title_ko": "편지에 든 코드", "title_en": "Codes by letter", "kind": "UNIQUE",
                    "opens_at": "2025-12-20T20:00:00+09:00", "closes_at": "2025-12-26T00:00:00+09:00",
                    "rewards": [COIN]}),
    ("promotions/LETTERS/generate", {"count": 20, "prefix": "XMAS-"}),
    ("leaderboards", {"code": "DAILY_PLAYS", "title_ko": "오늘의 참여왕", "title_en": "Most plays today",
                      "window": "DAY", "metric": "PLAY", "is_active": True, "rank_rewards": [
                          {"from_rank": 1, "to_rank": 1, "rewards": [POINTS, COIN]},
                          {"from_rank": 2, "to_rank": 10, "rewards": [COIN]}]}),
    ("team-contests", {"code": "SNOW_CUP", "title_ko": "눈싸움 대회", "title_en": "Snow cup", "season_id": 1,
                       "metric": "PLAY", "join_from": "2025-12-09T00:00:00+09:00",
                       "join_until": "2025-12-20T00:00:00+09:00", "size_limit": 5, "daily_cap": 20,
                       "rank_rewards": [{"from_rank": 1, "to_rank": 1, "rewards": [POINTS]}]}),
    ("coupons/pools", {"code": "COFFEE", "name": "커피 한 잔"}),
    ("coupons/pools/COFFEE/generate", {"count": 30, "prefix": "CAFE-"}),
]  # fmt: skip


async def prepare(world: World, admin: dict[str, str]) -> None:
    """What operators set before the evening begins."""
    await _rules(world, admin)
    for path, body in SET:
        await world.ok("POST", f"/api/admin/{path}", headers=admin | key(), json=body | {"reason": REASON})
    begun = {"headers": admin | {"If-Match": '"1"'}, "json": {"reason": REASON}}
    await world.ok("POST", "/api/admin/team-contests/SNOW_CUP/activate", **begun)


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
