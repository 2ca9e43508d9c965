"""Ten thousand requests over five hundred units: over TCP, against two processes, without Redis, on each database."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from app.core.auth import PLAYER, Principal
from app.core.time_utils import kst_text
from app.services import Services
from tests.admin.desk import desk_of
from tests.fixtures import settings_for
from tests.live import live_world
from tests.rewards.promotions import CODE, REDEEM, campaign, codes
from tests.world import World

PLAYERS, UNITS = 10_000, 500
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
AT_ONCE = 1_000  # connections of the client


@pytest.fixture(scope="module")
async def live(module_database_url: str) -> AsyncIterator[World]:
    settings = settings_for(module_database_url, db_write_pool=4, redis_url=None)
    async with live_world(settings, workers=2, REDIS_URL="") as world:
        yield world


async def crowd(world: World, size: int) -> list[dict[str, str]]:
    """The headers of new players, made some hundred a transaction."""
    now, keys = world.clock.now(), world.container.keys
    hosts = await world.house.read(lambda keepers: keepers.identity.active_hosts())
    host_id = next(host.id for host in hosts if host.code == "main")

    async def work(keepers: Services, first: int) -> None:
        for n in range(first, first + 500):
            await keepers.player.add(host_id=host_id, external_id=f"fan{n}", nickname=None, now=now)

    for first in range(0, size, 500):
        await world.house.write(lambda keepers, first=first: work(keepers, first))  # type: ignore[misc]
    issued, ends = keys.now(), keys.now() + timedelta(hours=1)
    return [
        {"Authorization": f"Bearer {keys.sign(Principal(f'fan{n}', frozenset({PLAYER}), 'main', issued, ends))}"}
        for n in range(size)
    ]


async def test_ten_thousand_requests_over_five_hundred_units_are_five_hundred_winners(live: World) -> None:
    desk = await desk_of(live, "kim@example.com", "admin")
    opens = live.container.clock.now() - timedelta(seconds=1)
    await desk.ok("POST", "/promotions", campaign(units=UNITS, opens_at=kst_text(opens)))
    players = await crowd(live, PLAYERS)
    doors, busy = asyncio.Semaphore(AT_ONCE), Counter[str]()

    async def redeem(headers: dict[str, str]) -> httpx.Response:
        """As a good client does it: 503 and a lost reply mean once more. The first success is what counts."""
        async with doors:
            while True:
                with suppress(httpx.TimeoutException):
                    answer = await live.client.post(REDEEM, json={"code": CODE}, headers=headers)
                    if answer.status_code != 503:
                        return answer
                    busy["503"] += 1
                await asyncio.sleep(0.2)

    started = time.monotonic()
    answers = await asyncio.gather(*(redeem(headers) for headers in players))
    seconds = time.monotonic() - started
    print(
        f"\n{PLAYERS} requests in {seconds:.1f} s: {PLAYERS / seconds:.0f} a second; told to come again: {busy['503']}"
    )
    assert codes(answers) == {"OK": UNITS, "PROMO_SOLD_OUT": PLAYERS - UNITS}
    assert {answer.json()["unit_no"] for answer in answers if answer.is_success} == set(range(1, UNITS + 1))
    claims = "SELECT COUNT(*), COUNT(DISTINCT user_id), MIN(unit_no), MAX(unit_no) FROM promo_claims"
    assert await live.rows(claims) == [(UNITS, UNITS, 1, UNITS)]
    wallets = "SELECT COUNT(*), MIN(balance), MAX(balance) FROM wallets WHERE token_type = 'POINT'"
    assert await live.rows(wallets) == [(UNITS, 100, 100)]
    assert not await live.differences()
