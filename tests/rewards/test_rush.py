"""Ten thousand requests over five hundred units: over TCP, as production runs it, without Redis, on each database."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.core.auth import PLAYER, Principal
from app.core.time_utils import kst_text
from app.services import Services
from tests.admin.desk import desk_of
from tests.fixtures import settings_for
from tests.live import live_world
from tests.load.wire import Answer, Wire
from tests.rewards.promotions import CODE, REDEEM, campaign
from tests.world import World

PLAYERS, UNITS = 10_000, 500
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
AT_ONCE = 200  # connections


@pytest.fixture(scope="module")
async def live(module_database_url: str) -> AsyncIterator[World]:
    settings = settings_for(module_database_url, db_write_pool=4, redis_url=None)
    workers = 1 if settings.is_sqlite else 2  # what production may run on each
    async with live_world(settings, workers=workers, REDIS_URL="") as world:
        yield world


async def crowd(world: World, size: int) -> list[str]:
    """The bearers of new players, made some hundred a transaction."""
    now, keys = world.clock.now(), world.container.keys
    hosts = await world.house.read(lambda keepers: keepers.identity.active_hosts())
    host_id = next(host.id for host in hosts if host.code == "main")

    async def work(keepers: Services, first: int) -> None:
        for n in range(first, first + 500):
            await keepers.player.add(host_id=host_id, external_id=f"fan{n}", nickname=None, now=now)

    for first in range(0, size, 500):
        await world.house.write(lambda keepers, first=first: work(keepers, first))  # type: ignore[misc]
    issued, ends = keys.now(), keys.now() + timedelta(hours=1)
    return [f"Bearer {keys.sign(Principal(f'fan{n}', frozenset({PLAYER}), 'main', issued, ends))}" for n in range(size)]


async def test_ten_thousand_requests_over_five_hundred_units_are_five_hundred_winners(live: World) -> None:
    desk = await desk_of(live, "kim@example.com", "admin")
    opens = live.container.clock.now() - timedelta(seconds=1)
    await desk.ok("POST", "/promotions", campaign(units=UNITS, opens_at=kst_text(opens)))
    tokens = deque(await crowd(live, PLAYERS))
    answers: list[Answer] = []
    busy = Counter[str]()

    async def redeem_on(wire: Wire) -> None:
        """One connection, one player after the other. As a good client does it: 503 means once more."""
        while tokens:
            token = tokens.popleft()
            while (answer := await wire.ask("POST", REDEEM, {"code": CODE}, Authorization=token)).status == 503:
                busy["503"] += 1
                await asyncio.sleep(0.2)
            answers.append(answer)

    started = time.monotonic()
    wires = [Wire(str(live.client.base_url)) for _ in range(AT_ONCE)]
    await asyncio.gather(*(redeem_on(wire) for wire in wires))
    seconds = time.monotonic() - started
    for wire in wires:
        wire.close()
    print(
        f"\n{PLAYERS} requests in {seconds:.1f} s, {PLAYERS / seconds:.0f} a second, {busy['503']} told to come again"
    )
    outcomes = Counter("OK" if answer.status == 200 else answer.code for answer in answers)
    assert outcomes == {"OK": UNITS, "PROMO_SOLD_OUT": PLAYERS - UNITS}
    assert {answer.json()["unit_no"] for answer in answers if answer.status == 200} == set(range(1, UNITS + 1))
    claims = "SELECT COUNT(*), COUNT(DISTINCT user_id), MIN(unit_no), MAX(unit_no) FROM promo_claims"
    assert await live.rows(claims) == [(UNITS, UNITS, 1, UNITS)]
    wallets = "SELECT COUNT(*), MIN(balance), MAX(balance) FROM wallets WHERE token_type = 'POINT'"
    assert await live.rows(wallets) == [(UNITS, 100, 100)]
    assert not await live.differences()
