"""The history of a player's wallets: what is owed is said beside its balance, and only there."""

from tests.events.host import event, one, points, rule, send
from tests.events.test_revocations import REVERSE, refund
from tests.pages.test_player_doors import enter
from tests.world import World

OWED = "취소된 보상 중 이미 쓴 1만큼은 다음에 받을 때 먼저 차감돼요."


async def test_what_is_owed_is_said_beside_its_wallet_and_nothing_beside_the_others(sqlite_world: World) -> None:
    world = sqlite_world
    await rule(world, "BOUGHT", points(500), types=("purchase",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    await send(world, event(1, "purchase"))
    await world.player("kim", POINT=1, ROULETTE_COIN=1)
    admin = await world.token("boss", "admin")
    body = {"external_id": "kim", "token_type": "POINT", "amount": 2, "reason": "a test spends it"}
    await world.ok("POST", "/api/admin/wallets/revoke", json=body, headers=admin | {"Idempotency-Key": "k"})
    await enter(world)
    free = await world.client.get("/history")
    assert free.status_code == 200 and "차감돼요" not in free.text
    await one(world, refund(2, "e-1"))
    owing = await world.client.get("/history")
    assert owing.status_code == 200 and owing.text.count(OWED) == owing.text.count("차감돼요") == 1
