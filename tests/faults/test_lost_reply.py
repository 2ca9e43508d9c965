"""The database is killed between a commit and its reply: every retry returns the first answer."""

import asyncio

from app.core.time_utils import FixedClock
from app.db.schema import upgrade_to_head
from tests.faults.proxy import commit_proxy
from tests.fixtures import settings_for
from tests.servers import MariaDb
from tests.world import key, open_world

ROUNDS = 20
PLAY = "/api/roulette/play"


async def test_after_20_kills_between_commit_and_reply_every_retry_returns_the_first_answer(
    own_mariadb: MariaDb, clock: FixedClock
) -> None:
    direct = own_mariadb.create_database("dojang")
    upgrade_to_head(direct)
    async with commit_proxy(own_mariadb.port) as proxy:
        settings = settings_for(direct.replace(f":{own_mariadb.port}/", f":{proxy.port}/"))
        async with open_world(settings, clock) as world:
            player = await world.player("kim", ROULETTE_COIN=1000)
            for _ in range(ROUNDS):
                headers = player.headers | key()
                proxy.arm(own_mariadb.kill9)
                lost = asyncio.create_task(world.client.post(PLAY, headers=headers))
                await proxy.lost_one.wait()
                await asyncio.to_thread(own_mariadb.restart)
                query = "SELECT body FROM idempotency_keys WHERE idempotency_key = :k"
                first = (await world.rows(query, k=headers["Idempotency-Key"]))[0][0]
                answered = await lost
                assert answered.status_code in {200, 503}, answered.text
                retried = await world.client.post(PLAY, headers=headers)
                assert retried.status_code == 200, retried.text
                assert retried.text == first, "the first answer, byte for byte"
                assert retried.headers["Idempotency-Replayed"] == "true"
                if answered.status_code == 200:
                    assert answered.text == first
            assert await world.rows("SELECT COUNT(*) FROM game_plays") == [(ROUNDS,)]
            differences = await world.differences()
            assert not differences
