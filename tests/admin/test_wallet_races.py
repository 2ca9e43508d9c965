"""Gifts that arrive at the same instant, and the cap on what one operator gives on a day."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.time_utils import FixedClock
from tests.admin.desk import WHY, Desk, desk_of
from tests.fixtures import settings_for
from tests.world import World, key, open_world

GRANT, REVOKE = "/api/admin/wallets/grant", "/api/admin/wallets/revoke"
MAX = 100  # of one gift, in the worlds of these tests; the day's cap is 250


def codes(answers: list[httpx.Response]) -> Counter[str]:
    return Counter("OK" if a.is_success else a.json()["error"]["code"] for a in answers)


def gift(user_id: int, amount: int = 3) -> dict[str, object]:
    return {"user_id": user_id, "token_type": "ROULETTE_COIN", "amount": amount, "reason": WHY}


async def test_100_parallel_gifts_with_one_key_are_one_gift_and_100_equal_answers(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    headers = admin.headers | key()
    answers = await asyncio.gather(
        *(world.client.post(GRANT, headers=headers, json=gift(player.id)) for _ in range(100))
    )
    assert codes(answers) == {"OK": 100}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 99
    assert await world.rows("SELECT balance FROM wallets") == [(3,)]
    assert await world.rows("SELECT COUNT(*) FROM admin_audit_log WHERE action = 'WALLET_GRANTED'") == [(1,)]


async def test_one_key_for_two_players_at_the_same_instant_is_one_gift(admin: Desk) -> None:
    world = admin.world
    players = [await world.player(name) for name in ("lee", "han")]
    for _ in range(10):
        headers = admin.headers | key()
        answers = await asyncio.gather(
            *(world.client.post(GRANT, headers=headers, json=gift(player.id)) for player in players)
        )
        assert codes(answers) == {"OK": 1, "IDEMPOTENCY_KEY_REUSED": 1}


async def test_parallel_withdrawals_never_take_more_than_there_is(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee")
    await admin.grant(player.id, 10)
    answers = await asyncio.gather(
        *(world.client.post(REVOKE, headers=admin.headers | key(), json=gift(player.id)) for _ in range(20))
    )
    assert codes(answers) == {"OK": 3, "NOT_ENOUGH_TOKENS": 17}
    assert await world.rows("SELECT balance FROM wallets") == [(1,)]


async def test_a_gift_meets_plays_without_losing_either(admin: Desk) -> None:
    world = admin.world
    player = await world.player("lee", ROULETTE_COIN=20)
    plays = [world.client.post("/api/roulette/play", headers=player.headers | key()) for _ in range(20)]
    gifts = [world.client.post(GRANT, headers=admin.headers | key(), json=gift(player.id, 1)) for _ in range(20)]
    answers = await asyncio.gather(*(call for pair in zip(plays, gifts, strict=True) for call in pair))
    assert codes(answers) == {"OK": 40}
    sums = await world.rows(
        "SELECT w.balance, (SELECT SUM(l.delta) FROM wallet_ledger l WHERE l.token_type = w.token_type) "
        "FROM wallets w WHERE w.token_type = 'ROULETTE_COIN'"
    )
    assert int(sums[0][0]) == int(sums[0][1])


@pytest.fixture
async def capped(database_url: str, clock: FixedClock) -> AsyncIterator[World]:
    """A service where an operator gives at most 100 at once and 250 a day."""
    settings = settings_for(database_url, admin_grant_max=MAX, admin_grant_daily_max=250)
    async with open_world(settings, clock) as world:
        yield world


async def test_an_operator_gives_only_so_much_of_a_token_on_a_kst_day(capped: World) -> None:
    admin = await desk_of(capped, "kim@example.com", "admin")
    lee, han = await capped.player("lee"), await capped.player("han")
    for player, amount in ((lee, 100), (han, 100), (lee, 50)):
        await admin.grant(player.id, amount)
    more = {"user_id": lee.id, "token_type": "ROULETTE_COIN", "amount": 1}
    assert await admin.refused("POST", "/wallets/grant", more, keyed=True) == (400, "DAILY_LIMIT_REACHED")
    await admin.grant(lee.id, 100, "POINT")  # another token has a cap of its own
    await admin.ok("POST", "/wallets/revoke", more, keyed=True)  # taking back is not giving, and gives no room
    assert await admin.refused("POST", "/wallets/grant", more, keyed=True) == (400, "DAILY_LIMIT_REACHED")
    colleague = await desk_of(capped, "park@example.com", "admin")
    await colleague.grant(lee.id, 1)
    capped.clock.advance(hours=11, minutes=59, seconds=59)
    assert await admin.refused("POST", "/wallets/grant", more, keyed=True) == (400, "DAILY_LIMIT_REACHED")
    capped.clock.advance(seconds=1)  # midnight in Seoul
    await admin.grant(lee.id, 100)


async def test_more_than_the_largest_gift_is_refused(capped: World) -> None:
    admin = await desk_of(capped, "kim@example.com", "admin")
    lee = await capped.player("lee")
    refusal = await admin.refused("POST", "/wallets/grant", gift(lee.id, MAX + 1), keyed=True)
    assert refusal == (422, "VALIDATION_ERROR")


async def test_parallel_gifts_to_many_players_stay_within_the_cap(capped: World) -> None:
    """In two processes, so that no queue of one of them can do the counting."""
    from app.main import create_app  # noqa: PLC0415 – a second application over the same database

    admin = await desk_of(capped, "kim@example.com", "admin")
    players = [await capped.player(f"player-{n}") for n in range(10)]
    other = create_app(capped.container.settings, clock=capped.clock)
    async with other.router.lifespan_context(other):
        transport = httpx.ASGITransport(app=other, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://dojang.test") as second:
            doors = (capped.client, second)
            calls = [
                doors[n % 2].post(GRANT, headers=admin.headers | key(), json=gift(players[n % 10].id, 30))
                for n in range(20)
            ]
            answers = await asyncio.gather(*calls)
    assert codes(answers) == {"OK": 8, "DAILY_LIMIT_REACHED": 12}
    assert await capped.rows("SELECT granted FROM grant_allowances ORDER BY granted") == [(240,), (2_400,)]
    assert await capped.rows("SELECT SUM(balance) FROM wallets") == [(240,)]
