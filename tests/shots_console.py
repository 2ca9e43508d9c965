"""What the console's screenshots show: an event under way, with a stop, a large gift and a little of everything."""

from datetime import timedelta

from app.batches.scheduler import JOBS_BY_NAME, STANDING, register, step, tick
from app.core.auth import ADMIN
from app.domain.webhooks import message_of
from app.services import Services
from app.services.delivery_service import NewDelivery
from tests.shots_desk import prepare
from tests.world import World, key

SPAN = "since=2025-12-01T00:00&until=2025-12-31T00:00"
DESK = {
    "a1-now": "/console",
    "a2-feature": "/console/features/LOTTERY",
    "a3-seasons": "/console/seasons",
    "a3-season": "/console/seasons/1",
    "a3-season-edit": "/console/seasons/1/edit",
    "a3-games": "/console/games",
    "a3-game": "/console/games/lottery",
    "a3-game-new": "/console/games/roulette/new",
    "a3-game-version": "/console/games/roulette/versions/1",
    "a3-missions": "/console/missions",
    "a3-mission": "/console/missions/DAILY_SPINS",
    "a3-mission-edit": "/console/missions/LATE_DICE/edit",
    "a3-leaderboards": "/console/leaderboards",
    "a3-leaderboard": "/console/leaderboards/DAILY_PLAYS",
    "a3-contests": "/console/contests",
    "a3-contest": "/console/contests/SNOW_CUP",
    "a3-texts": "/console/texts",
    "a3-text": "/console/texts/ticket_zero",
    "a4-players": "/console/players",
    "a4-player": "/console/players/4",
    "a4-player-ledger": "/console/players/4?tab=ledger",
    "a4-player-rewards": "/console/players/4?tab=rewards",
    "a4-adjust": "/console/players/4/adjust?token_type=POINT&amount=20000&direction=grant",
    "a4-search": "/console/search?q=b",
    "a5-rewards": "/console/rewards",
    "a5-promotions": "/console/promotions",
    "a5-promotion": "/console/promotions/XMAS_RUSH",
    "a5-coupons": "/console/coupons",
    "a5-coupon": "/console/coupons/COFFEE",
    "a6-batches": "/console/batches",
    "a6-batch": "/console/batches/XMAS_BRIDGE_2025?dry=1",
    "a7-hosts": "/console/hosts",
    "a7-rules": "/console/rules",
    "a7-rule": "/console/rules/WATCHED_90",
    "a7-rule-version": f"/console/rules/WATCHED_90/versions/2?{SPAN}",
    "a7-rule-edit": "/console/rules/WATCHED_90/new",
    "a7-webhook": "/console/webhooks/1",
    "a7-delivery": "/console/deliveries/1",
    "a8-audit": "/console/audit",
    "a9-system": "/console/system",
    "a9-staff": "/console/system/staff",
}
PLAYS = ((3, "roulette", 2), (2, "dice", 3), (5, "roulette", 5), (4, "lottery", 2), (6, "dice", 4))


async def tell(world: World) -> None:
    """Half an hour of an event: plays, a gift that waits for approval, a feature that was stopped."""
    admin = await world.token("boss", ADMIN)
    await prepare(world, admin)
    player = await world.player("minji", ROULETTE_COIN=40, DICE_TOKEN=40, LOTTERY_TICKET=40)
    await world.ok("POST", "/api/codes/redeem", json={"code": "XMAS-2025"}, headers=player.headers)
    await world.ok("POST", "/api/teams/SNOW_CUP", json={"name": "눈사람"}, headers=player.headers)
    for round_no in range(6):
        for minutes, game, times in PLAYS:
            for _ in range(times + (round_no * minutes) % 3):
                await world.client.post(f"/api/{game}/play", headers=player.headers | key())
            world.clock.advance(minutes=minutes / 4, milliseconds=317)
    await register(world.container)
    await tick(world.container, JOBS_BY_NAME["reconcile"], "worker-1", lambda: True)
    for job in STANDING:
        await step(world.container, job, lambda: True)
    await world.house.write(lambda keepers: _webhook(keepers, world))
    body = {"user_id": player.id, "token_type": "POINT", "amount": 20_000, "reason": "a make-good for the outage"}
    await world.ok("POST", "/api/admin/wallets/grant", json=body, headers=admin | key())
    await world.client.patch(
        "/api/admin/features/LOTTERY",
        json={"is_enabled": False, "reason": "the odds are being checked"},
        headers=admin | {"If-Match": "*"},
    )
    world.clock.advance(seconds=20)
    for _ in range(4):
        await world.client.post("/api/roulette/play", headers=player.headers | key())
    world.clock.set(world.clock.now() + timedelta(seconds=9))


async def _webhook(keepers: Services, world: World) -> None:
    """A host's server that was told of one reward and did not answer."""
    now = world.clock.now()
    hook = await keepers.webhook.add(
        1, name="LMS", url="https://lms.example/hooks/dojang", topics=["reward.granted"], secret="whsec_x", now=now
    )
    data = {"reward_type": "POINT", "reward_amount": 300, "operation_id": "PLAY:019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"}
    body = message_of("reward.granted", now, data)
    delivery = NewDelivery(hook, "019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a12", "reward.granted", 1, body)
    await keepers.delivery.add([delivery], now=now)
