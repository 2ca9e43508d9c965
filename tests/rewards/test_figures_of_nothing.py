"""A group that has nothing yet is counted as nothing: the empty row of an outer join is no row."""

from collections.abc import Iterator
from typing import Any

from tests.admin.desk import Desk, desk_of
from tests.goals.boards import board
from tests.goals.missions import mission
from tests.goals.test_teams import contest
from tests.world import World

REWARD = [{"reward_type": "POINT", "reward_amount": 5}]
PROMO: dict[str, Any] = {
    "code": "NONE", "title_ko": "코드", "title_en": "codes", "kind": "UNIQUE", "opens_at": "2025-12-10T00:00:00+09:00",
    "rewards": REWARD,
}  # fmt: skip
# what is counted of the things below, by every name it has in an answer
COUNTS = frozenset({
    *("total", "given", "free", "left", "codes", "claims", "claimed", "claimed_at", "user_id", "players", "points"),
    *("players_completed", "completions", "score", "members", "seen", "paid", "complete", "waiting", "complete"),
    *("will_pay_players", "will_pay_points", "will_skip_players", "last_24h", "pending", "failed"),
})  # fmt: skip
READS = (
    *("/coupons/pools", "/coupons/pools/NONE", "/coupons/pools/NONE/codes", "/promotions", "/promotions/NONE"),
    *("/promotions/NONE/codes", "/promotions/NONE/claims", "/missions/SPINS/totals", "/leaderboards/DAILY_SPINS"),
    *("/leaderboards/DAILY_SPINS/windows", "/team-contests/CUP", "/team-contests/CUP/results", "/games/lottery/stock"),
    *("/bridge/campaigns/{bridge}/progress", "/bridge/campaigns/{bridge}/settle/dry-run"),
    *("/bridge/campaigns/{bridge}/settle/status", "/seasons", "/jobs", "/hosts"),
)


def counted(answer: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure of an answer that counts something."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name in COUNTS and not isinstance(value, dict | list):
                yield f"{path}.{name}", value
            yield from counted(value, f"{path}.{name}")
    elif isinstance(answer, list):
        for number, value in enumerate(answer):
            yield from counted(value, f"{path}.{number}")


async def _make_one_of_each(world: World, desk: Desk) -> str:
    await desk.ok("POST", "/coupons/pools", {"code": "NONE", "name": "빈 쿠폰함"})
    await desk.ok("POST", "/promotions", PROMO)
    await desk.ok("POST", "/promotions/NONE/upload", {"csv": "code\nAAAA-1\n"})
    await desk.ok("POST", "/missions", mission())
    await desk.ok("POST", "/leaderboards", board())
    await desk.ok("POST", "/team-contests", contest(world.season_id))
    ((code,),) = await world.rows("SELECT code FROM bridge_campaigns")
    return str(code)


async def test_an_empty_pool_has_no_code_left(world: World) -> None:
    desk = await desk_of(world, "kim@example.com", "admin")
    made = await desk.ok("POST", "/coupons/pools", {"code": "NONE", "name": "빈 쿠폰함"})
    (listed,) = (await desk.get("/coupons/pools"))["items"]
    for shown in (made, listed, await desk.get("/coupons/pools/NONE")):
        assert (shown["total"], shown["given"], shown["free"]) == (0, 0, 0)


async def test_every_figure_about_what_is_empty_is_nothing(world: World) -> None:
    desk = await desk_of(world, "kim@example.com", "admin")
    bridge = await _make_one_of_each(world, desk)
    seen = 0
    for path in READS:
        answer = await desk.get(path.format(bridge=bridge))
        wrong = [
            (field, value)
            for field, value in counted(answer)
            if value not in (0, None) and not (field.endswith((".codes", ".left")) and value in (1, 10, 300))
        ]
        assert not wrong, (path, wrong)
        seen += len(list(counted(answer)))
    assert seen > 20, "the walk sees the figures"
