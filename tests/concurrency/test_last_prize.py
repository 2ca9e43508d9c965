"""The last prize, a thousand players: over TCP, against two processes, on each kind of database."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from app.core.auth import PLAYER, Principal
from app.core.time_utils import kst_date
from app.domain.grants import Grant, RewardType
from app.domain.records import Changes
from app.domain.wallet import Reason
from app.domain.worth import Approval
from app.flows.seed_demo import ACT
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.services import Services
from app.services.player_state import Wanted
from tests.play.prizes import lottery, prize
from tests.world import World, key

PLAYERS = 1_000
pytestmark = pytest.mark.timeout(300)  # a thousand players on a machine that has other things to do
PLAY = "/api/lottery/play"
DRAWN = "FROM game_plays WHERE feature_type = 'LOTTERY'"


async def crowd(world: World, size: int) -> list[dict[str, str]]:
    """The headers of new players with one lottery ticket each, made in one transaction."""
    now, keys = world.clock.now(), world.container.keys

    async def work(keepers: Services) -> None:
        host = next(host for host in await keepers.identity.active_hosts() if host.code == "main")
        ids = [
            await keepers.player.add(host_id=host.id, external_id=f"fan{n}", nickname=None, now=now)
            for n in range(size)
        ]
        changes = Changes()
        ticket = Grant(RewardType.TOKEN, 1, "LOTTERY_TICKET")
        for player in (await keepers.player.lock(ids, Wanted(wallets=True))).values():
            decision = Decision(player, changes, now, kst_date(now), None, Approval(10**9), None)
            operation_id, target = f"SEED:{player.id}", f"player:{player.id}"
            grant_rewards(decision, [ticket], operation_id=operation_id, source="SEED", reason=Reason.SEED)
            await keepers.audit.add(ACT, "PLAYER_SEEDED", target, after=[operation_id], now=now)
        await save_changes(keepers, changes)

    await world.house.write(work)
    issued, ends = keys.now(), keys.now() + timedelta(hours=1)
    return [
        {"Authorization": f"Bearer {keys.sign(Principal(f'fan{n}', frozenset({PLAYER}), 'main', issued, ends))}"}
        for n in range(size)
    ]


async def play(world: World, headers: dict[str, str]) -> httpx.Response:
    """A play as a good client makes it: 503 and a lost reply mean once more, with the same key."""
    headers = headers | key()
    while True:
        with suppress(httpx.TimeoutException):
            answer = await world.client.post(PLAY, headers=headers)
            if answer.status_code != 503:
                return answer
            await asyncio.sleep(float(answer.headers["Retry-After"]))


async def all_play(world: World, players: list[dict[str, str]]) -> list[httpx.Response]:
    return await asyncio.gather(*(play(world, headers) for headers in players))


def codes(responses: list[httpx.Response]) -> Counter[str]:
    return Counter("OK" if r.is_success else r.json()["error"]["code"] for r in responses)


async def test_a_crowd_and_one_prize_are_one_winner_and_everybody_elses_kept_tickets(live: World) -> None:
    await live.configure("lottery", lottery(prize(7001, stock=1, points=5_000)))
    size = PLAYERS if not live.house.settings.is_sqlite else 300  # one writer: more of them only wait longer
    players = await crowd(live, size)
    answers = await all_play(live, players)
    assert codes(answers) == {"OK": 1, "LOTTERY_SOLD_OUT": size - 1}
    tickets = "SELECT balance, COUNT(*) FROM wallets WHERE token_type = 'LOTTERY_TICKET' GROUP BY balance ORDER BY 1"
    assert await live.rows(tickets) == [(0, 1), (1, size - 1)]
    assert await live.rows("SELECT COUNT(*), MAX(stock_unit_no) FROM game_plays WHERE feature_type = 'LOTTERY'") == [
        (1, 1)
    ]
    assert not await live.differences()

    # and once more with a few units among limited blanks: whoever kept a ticket plays on
    await live.configure(
        "lottery", lottery(prize(7002, weight=5, stock=5, points=100), prize(7003, weight=95, stock=95))
    )
    some = players[:300]
    has_won = sum(answer.is_success for answer in answers[:300])
    answers = await all_play(live, some)
    expected = {"OK": 100, "LOTTERY_SOLD_OUT": 200 - has_won, "NOT_ENOUGH_TOKENS": has_won}
    assert codes(answers) == {code: count for code, count in expected.items() if count}
    units = f"SELECT stock_prize_id, COUNT(*), MAX(stock_unit_no) {DRAWN} GROUP BY stock_prize_id ORDER BY 1"
    assert await live.rows(units) == [(7001, 1, 1), (7002, 5, 5), (7003, 95, 95)]
    assert not await live.differences()
