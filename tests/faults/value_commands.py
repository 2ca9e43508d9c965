"""Every command that moves value, each made ready for a player of its own."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.admin.desk import WHY, Desk, desk_of
from tests.events.host import event, points, rule, xp
from tests.play.prizes import lottery, prize
from tests.rewards.promotions import CODE, REDEEM, campaign
from tests.season.rich import begin, wheel
from tests.season.rich import points as of_points
from tests.season.test_premium import gain
from tests.world import Person, World

# everything of one player, as (what, of which kind, how many rows, their sum)
HOLDINGS = " UNION ALL ".join(
    f"SELECT '{table}', {kind}, COUNT(*), COALESCE(SUM({amount}), 0) FROM {table} WHERE user_id = :u GROUP BY {kind}"
    for table, kind, amount in (
        ("wallets", "token_type", "balance"),
        ("wallet_ledger", "reason", "delta"),
        ("reward_log", "state", "amount"),
        ("game_plays", "feature_type", "cost"),
        ("season_progress", "season_id", "current_xp + 1000 * total_stamps"),
        ("season_xp_ledger", "source", "delta"),
        ("season_stamp_log", "source", "xp_earned"),
        ("season_claims", "track", "level"),
        ("season_passes", "track", "season_id"),
        ("user_event_log", "event_type", "0"),
        ("outbox", "topic", "0"),
        ("promo_claims", "campaign_id", "1"),
        ("rule_hits", "rule_id", "units"),
        ("inbox_items", "mailing_id", "claimed_at IS NOT NULL"),
    )
)
Holdings = list[tuple[str, str, int, int]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, but for its idempotency key."""

    path: str
    headers: dict[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One service with everything set that the commands need."""

    world: World
    desk: Desk
    second: Desk
    season_id: int

    async def holdings(self, player: Person) -> Holdings:
        rows = await self.world.rows(HOLDINGS, u=player.id)
        # of a mailing the number is its own: it has one copy for this player
        named = ((what, "" if what == "inbox_items" else kind, count, total) for what, kind, count, total in rows)
        return sorted((str(what), str(kind), int(count), int(total)) for what, kind, count, total in named)


async def set_stage(world: World) -> Stage:
    """The rich season, a wheel that pays ten points each time, a lottery with stock, a rule and a code."""
    desk, season_id = await begin(world, daily_xp_cap=None)
    await world.configure("roulette", wheel(*[of_points(10)] * 6))
    await world.configure("lottery", lottery(prize(9001, stock=1_000_000, points=3)))
    await rule(world, "R", xp(10), points(5))
    await desk.ok("POST", "/promotions", campaign(units=1_000_000))
    return Stage(world, desk, await desk_of(world, "lee@example.com", "admin"), season_id)


async def _play(stage: Stage, player: Person) -> Ask:
    await stage.desk.grant(player.id, 2)
    return Ask("/api/roulette/play", player.headers)


async def _draw(stage: Stage, player: Person) -> Ask:
    await stage.desk.grant(player.id, 2, "LOTTERY_TICKET")
    return Ask("/api/lottery/play", player.headers)


async def _stamp(stage: Stage, player: Person) -> Ask:
    return Ask("/api/season-pass/stamp", player.headers)


async def _claim(stage: Stage, player: Person) -> Ask:
    await gain(stage.world, player, 61)
    return Ask("/api/season-pass/claim", player.headers, {"level": 3})


async def _claim_all(stage: Stage, player: Person) -> Ask:
    await gain(stage.world, player, 121)
    return Ask("/api/season-pass/claim-all", player.headers)


async def _grant(stage: Stage, player: Person) -> Ask:
    return _desk(stage, "/wallets/grant", user_id=player.id, token_type="POINT", amount=7)


async def _revoke(stage: Stage, player: Person) -> Ask:
    await stage.desk.grant(player.id, 9, "POINT")
    return _desk(stage, "/wallets/revoke", user_id=player.id, token_type="POINT", amount=7)


async def _premium(stage: Stage, player: Person) -> Ask:
    await gain(stage.world, player, 61)
    return _desk(stage, f"/seasons/{stage.season_id}/premium/grant", user_id=player.id, track="GOLD")


async def _code(stage: Stage, player: Person) -> Ask:
    return Ask(REDEEM, player.headers, {"code": CODE})


async def _inbox(stage: Stage, player: Person) -> Ask:
    expires = (stage.world.clock.now() + timedelta(days=1)).isoformat()
    mailing = {"title_ko": "t", "title_en": "t", "expires_at": expires, "user_ids": [player.id]}
    await stage.desk.ok("POST", "/inbox", mailing | {"rewards": [of_points(4)]})
    return Ask("/api/inbox/claim-all", player.headers)


async def _event(stage: Stage, player: Person) -> Ask:
    host = await stage.world.token("main", "host")
    return Ask("/api/events", host, {"events": [event(uuid.uuid4().hex, "t", player.name)]})


async def _approve(stage: Stage, player: Person) -> Ask:
    gift = await stage.desk.grant(player.id, 50_000, "POINT")
    found = await stage.desk.get("/rewards", operation_id=gift["operation_id"])
    return Ask(f"/api/admin/rewards/{found['items'][0]['id']}/approve", stage.second.headers, {"reason": WHY})


async def _reverse(stage: Stage, player: Person) -> Ask:
    gift = await stage.desk.grant(player.id, 50, "POINT")
    found = await stage.desk.get("/rewards", operation_id=gift["operation_id"])
    return Ask(f"/api/admin/rewards/{found['items'][0]['id']}/reverse", stage.second.headers, {"reason": WHY})


def _desk(stage: Stage, path: str, **body: Any) -> Ask:
    return Ask(f"/api/admin{path}", stage.desk.headers, {"reason": WHY, **body})


COMMANDS: dict[str, Callable[[Stage, Person], Awaitable[Ask]]] = {
    "play": _play,
    "play with stock": _draw,
    "stamp": _stamp,
    "claim": _claim,
    "claim all": _claim_all,
    "grant": _grant,
    "revoke": _revoke,
    "premium": _premium,
    "code": _code,
    "inbox": _inbox,
    "event": _event,
    "approve": _approve,
    "reverse": _reverse,
}
