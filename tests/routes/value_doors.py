"""Every write route: does it give or make value, and what guards it against being done twice?

A route that is missing here and in no_value.py fails test_value_doors.py. `DOORS` need an Idempotency-Key, each with
how to make ready for it; `BY_NATURE` take one, and are done once also without; `NO_VALUE` give nothing.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.batches.scheduler import JOBS, register
from app.domain.grants import Grant, RewardType
from tests.admin.desk import WHY, Desk, desk_of
from tests.bridge.campaigns import one_play, open_campaign
from tests.goals.boards import board
from tests.play.prizes import lottery, prize
from tests.play.test_scratch_box import CONFIG as BOXES
from tests.rewards.gifts import give
from tests.rewards.promotions import campaign
from tests.season.rich import begin
from tests.season.rich import points as of_points
from tests.world import Person, World


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of a door, but for its key. `second`: another operator who may send it."""

    path: str
    body: Any
    headers: dict[str, str]
    second: dict[str, str] | None = None


@dataclass(slots=True)
class Stage:
    """One service with what the doors need, and somebody new for each request."""

    world: World
    desk: Desk
    other: Desk
    season_id: int
    people: int = 0

    async def somebody(self, **balances: int) -> Person:
        self.people += 1
        return await self.world.player(f"player-{self.people}", **balances)

    async def rank_blocked(self, player: Person) -> None:
        """A board that closed with the player as its first, unpaid."""
        code = f"B{uuid.uuid4().hex[:10].upper()}"
        await self.desk.ok("POST", "/leaderboards", board(code, close_after_minutes=0))
        found = {"c": code, "u": player.id, "at": "2025-12-09 03:00:00.000000"}
        of = "(SELECT id FROM leaderboards WHERE code = :c)"
        promised = '[{"from_rank":1,"to_rank":1,"rewards":[{"reward_type":"POINT","reward_amount":5}]}]'
        await self.world.sql(
            "INSERT INTO leaderboard_scores (board_id, window_key, user_id, rank_key, score, reached_at)"
            f" VALUES ({of}, '2025-12-09', :u, -3, 3, :at)", **found
        )  # fmt: skip
        await self.world.sql(
            "INSERT INTO leaderboard_windows"
            " (board_id, window_key, state, players, rank_rewards, closed_at, updated_at)"
            f" VALUES ({of}, '2025-12-09', 'PAID', 1, :r, :at, :at)", r=promised, c=code, at=found["at"]
        )  # fmt: skip
        await self.world.sql(
            "INSERT INTO leaderboard_results (board_id, window_key, rank_no, user_id, score, reached_at, state)"
            f" VALUES ({of}, '2025-12-09', 1, :u, 3, :at, 'BLOCKED')", **found
        )  # fmt: skip

    def asks(self, path: str, body: dict[str, Any] | None = None, *, version: str | None = None) -> Ask:
        """What either of two operators may send."""
        more = {"If-Match": version} if version else {}
        sent = {"reason": WHY} | (body or {})
        return Ask(f"/api/admin{path}", sent, self.desk.headers | more, self.other.headers | more)


async def set_stage(world: World) -> Stage:
    desk, season_id = await begin(world, daily_xp_cap=None)
    await world.configure("lottery", lottery(prize(9001, stock=1_000, points=3)))
    await desk.ok("POST", "/features", {"feature_type": "SCRATCH_BOX", "title": "상자", "is_enabled": True})
    await world.configure("scratch-box", BOXES)
    await register(world.container, JOBS)
    return Stage(world, desk, await desk_of(world, "lee@example.com", "admin"), season_id)


def _wallet(deed: str) -> Callable[[Stage], Awaitable[Ask]]:
    async def ask(stage: Stage) -> Ask:
        player = await stage.somebody(DICE_TOKEN=9)
        return stage.asks(f"/wallets/{deed}", {"user_id": player.id, "token_type": "DICE_TOKEN", "amount": 3})

    return ask


async def _premium_grant(stage: Stage) -> Ask:
    player = await stage.somebody()
    return stage.asks(f"/seasons/{stage.season_id}/premium/grant", {"user_id": player.id, "track": "GOLD"})


async def _premium_revoke(stage: Stage) -> Ask:
    ask = await _premium_grant(stage)
    await stage.desk.ok("POST", ask.path.removeprefix("/api/admin"), ask.body)
    return stage.asks(f"/seasons/{stage.season_id}/premium/revoke", ask.body)


async def _streak(stage: Stage) -> Ask:
    player = await stage.somebody()
    await stage.world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    return stage.asks(f"/seasons/{stage.season_id}/streak/restore", {"user_id": player.id, "days": 1})


async def _level(stage: Stage) -> Ask:
    """Somebody lost what the first level gave, and gets the corrected reward."""
    player = await stage.somebody()
    await stage.world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    paid = await stage.world.rows(
        "SELECT id FROM reward_log WHERE user_id = :u AND state = 'GRANTED' ORDER BY id DESC", u=player.id
    )
    await stage.desk.ok("POST", f"/rewards/{paid[0][0]}/reverse", keyed=True)
    # more than the season or any correction before this one promises, so nobody loses by it
    more = {"reward_type": "TOKEN", "token_type": "ROULETTE_COIN", "reward_amount": 1 + player.id}
    body = {"track": "FREE", "rewards": [more], "taken_back_get": "CORRECTED"}
    return stage.asks(f"/seasons/{stage.season_id}/levels/1/correct", body, version="*")


async def _mailing(stage: Stage) -> Ask:
    player = await stage.somebody()
    expires = (stage.world.clock.now() + timedelta(days=1)).isoformat()
    letter = {"title_ko": "t", "title_en": "t", "expires_at": expires, "user_ids": [player.id]}
    return stage.asks("/inbox", letter | {"rewards": [of_points(4)]})


async def _promotion(stage: Stage) -> Ask:
    name = f"P{uuid.uuid4().hex[:10].upper()}"
    return stage.asks("/promotions", campaign(code=name, shared_code=name))


def _codes(of: str, how: str) -> Callable[[Stage], Awaitable[Ask]]:
    async def ask(stage: Stage) -> Ask:
        name = f"C{uuid.uuid4().hex[:10].upper()}"
        if of == "promotions":
            await stage.desk.ok("POST", "/promotions", campaign(code=name, kind="UNIQUE", shared_code=None))
        else:
            await stage.desk.ok("POST", "/coupons/pools", {"code": name, "name": "a pool"})
        body = {"count": 3} if how == "generate" else {"csv": f"code\n{name}-1\n{name}-2"}
        return stage.asks(f"/{of}/{name}/{how}", body)

    return ask


async def _restock(stage: Stage) -> Ask:
    return stage.asks("/games/lottery/stock/9001/restock", {"units": 5}, version="*")


async def _waiting(stage: Stage) -> int:
    """A reward that waits for a second person, asked for by support."""
    player, support = await stage.somebody(), await desk_of(stage.world, "help@example.com", "support")
    body = {"user_id": player.id, "token_type": "POINT", "amount": 5}
    asked = await support.ok("POST", "/wallets/make-good", body)
    found = await stage.desk.get("/rewards", operation_id=asked["operation_id"])
    return int(found["items"][0]["id"])


async def _approve(stage: Stage) -> Ask:
    return stage.asks(f"/rewards/{await _waiting(stage)}/approve")


async def _reject(stage: Stage) -> Ask:
    return stage.asks(f"/rewards/{await _waiting(stage)}/reject")


async def _approve_many(stage: Stage) -> Ask:
    return stage.asks("/rewards/approve", {"reward_ids": [await _waiting(stage), await _waiting(stage)]})


async def _retry(stage: Stage) -> Ask:
    player, operation = await stage.somebody(), uuid.uuid4().hex
    await give(stage.world, player, Grant(RewardType.COUPON, 1, code="NO_SUCH"), operation_id=operation)
    found = await stage.desk.get("/rewards", operation_id=operation)
    return stage.asks(f"/rewards/{found['items'][0]['id']}/retry")


async def _reverse(stage: Stage) -> Ask:
    player, operation = await stage.somebody(), uuid.uuid4().hex
    await give(stage.world, player, Grant(RewardType.POINT, 5), operation_id=operation)
    found = await stage.desk.get("/rewards", operation_id=operation)
    return stage.asks(f"/rewards/{found['items'][0]['id']}/reverse")


async def _settlement(stage: Stage) -> Ask:
    code = f"B{uuid.uuid4().hex[:10].upper()}"
    over = one_play(code=code, start_date="2025-12-01", settles_at="2025-12-30T00:10:00+09:00")
    await open_campaign(stage.world.house, over)
    return stage.asks(f"/bridge/campaigns/{code}/settle/run")


async def _missed(stage: Stage) -> Ask:
    """A player who was blocked when their board closed: here the row of the ranks says so."""
    player = await stage.somebody()
    await stage.rank_blocked(player)
    return stage.asks(f"/players/{player.id}/missed/settle")


async def _api_key(stage: Stage) -> Ask:
    host = f"h{uuid.uuid4().hex[:10]}"
    await stage.desk.ok("POST", "/hosts", {"code": host, "name": "a host"})
    return stage.asks(f"/hosts/{host}/keys", {"name": "its server"})


async def _redeem(stage: Stage) -> Ask:
    player = await stage.somebody()
    ticket = Grant(RewardType.ENTITLEMENT, 7, code="LECTURE")
    await give(stage.world, player, ticket, operation_id=uuid.uuid4().hex)
    host = await stage.world.token("main", "host")
    return Ask(f"/api/entitlements/{player.name}/LECTURE/redeem", {}, host)


def _play(path: str, token: str, body: dict[str, Any] | None = None) -> Callable[[Stage], Awaitable[Ask]]:
    async def ask(stage: Stage) -> Ask:
        return Ask(path, body or {}, (await stage.somebody(**{token: 9})).headers)

    return ask


DOORS: dict[str, Callable[[Stage], Awaitable[Ask]]] = {
    "admin_grant_tokens": _wallet("grant"),
    "admin_revoke_tokens": _wallet("revoke"),
    "admin_ask_make_good": _wallet("make-good"),
    "admin_grant_premium": _premium_grant,
    "admin_revoke_premium": _premium_revoke,
    "admin_restore_streak": _streak,
    "admin_correct_level_reward": _level,
    "admin_send_mailing": _mailing,
    "admin_add_promotion": _promotion,
    "admin_upload_promotion_codes": _codes("promotions", "upload"),
    "admin_generate_promotion_codes": _codes("promotions", "generate"),
    "admin_upload_coupon_codes": _codes("coupons/pools", "upload"),
    "admin_generate_coupon_codes": _codes("coupons/pools", "generate"),
    "admin_restock": _restock,
    "admin_approve_reward": _approve,
    "admin_approve_rewards": _approve_many,
    "admin_reject_reward": _reject,
    "admin_retry_reward": _retry,
    "admin_reverse_reward": _reverse,
    "admin_run_settlement": _settlement,
    "admin_settle_missed": _missed,
    "admin_add_api_key": _api_key,
    "redeem_entitlement": _redeem,
    "play_roulette": _play("/api/roulette/play", "ROULETTE_COIN"),
    "play_dice": _play("/api/dice/play", "DICE_TOKEN"),
    "play_lottery": _play("/api/lottery/play", "LOTTERY_TICKET"),
    "play_scratch_box": _play("/api/scratch-box/play", "SCRATCH_TICKET", {"box": 1}),
}
