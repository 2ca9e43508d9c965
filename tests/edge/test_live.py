"""nginx in front of two real processes: reloads and a killed process cost nobody a reward, and give nobody two."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from tests.edge.conftest import Live
from tests.wheel import ALWAYS_TEN
from tests.world import Person, key

PLAY = "/api/roulette/play"
PLAYERS, PLAYS = 8, 25


@dataclass(slots=True)
class Load:
    """Players who play through nginx, each from an address of their own, and ask again until they are answered."""

    live: Live
    name: str
    answers: dict[str, bytes] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    _answered: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self, meanwhile: Callable[[], Awaitable[None]]) -> list[Person]:
        world = self.live.world
        await world.configure("roulette", ALWAYS_TEN)
        people = [await world.player(f"{self.name}-{n}", ROULETTE_COIN=PLAYS) for n in range(PLAYERS)]
        await asyncio.gather(meanwhile(), *(self._play(person, n) for n, person in enumerate(people)))
        return people

    async def _play(self, person: Person, number: int) -> None:
        # no connection is kept: one that nginx closes while a request is on its way would be the client's own trouble
        async with self.live.nginx.client(local_address=f"127.0.1.{number + 1}", keep_alive=False) as client:
            for _ in range(PLAYS):
                await self._play_once(client, person.headers | key())

    async def _play_once(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        for _ in range(100):
            try:
                answer = await client.post(PLAY, headers=headers)
            except httpx.HTTPError as error:
                self.failures.append(repr(error))
                continue
            if answer.status_code == 200:
                await self._note(headers["Idempotency-Key"], answer.content)
                return
            self.failures.append(f"{answer.status_code} {answer.text}")
            assert answer.status_code == 503, answer.text
            await asyncio.sleep(0.05)
        raise AssertionError("never answered")

    async def wait_for(self, answers: int) -> None:
        async with self._answered:
            await self._answered.wait_for(lambda: len(self.answers) >= answers)

    async def _note(self, used: str, answer: bytes) -> None:
        async with self._answered:
            self.answers[used] = answer
            self._answered.notify_all()

    async def require_exactly_once(self, people: list[Person]) -> None:
        """Each key is one play, one coin and one reward, and nothing else was paid."""
        world, ids = self.live.world, ", ".join(str(person.id) for person in people)
        plays = PLAYERS * PLAYS
        assert len(self.answers) == plays
        of_them = f"WHERE user_id IN ({ids})"
        assert await world.rows(f"SELECT COUNT(*) FROM game_plays {of_them}") == [(plays,)]
        rewards = "SELECT COUNT(*), COUNT(DISTINCT operation_id) FROM reward_log"
        assert await world.rows(f"{rewards} {of_them} AND source = 'ROULETTE'") == [(plays, plays)]
        stored = "SELECT COUNT(*) FROM idempotency_keys WHERE idempotency_key IN :keys"
        keys = tuple(self.answers)
        assert await world.rows(stored.replace(":keys", str(keys))) == [(plays,)]
        assert not await world.differences()


async def test_a_reload_under_load_fails_no_request(live: Live) -> None:
    load = Load(live, "reload")

    async def reload_three_times() -> None:
        for answers in (20, 80, 140):
            await load.wait_for(answers)
            live.nginx.reload()

    people = await load.run(reload_three_times)
    assert load.failures == []
    await load.require_exactly_once(people)


async def test_a_player_is_believed_to_come_over_https_whatever_he_says(live: Live) -> None:
    token = (await live.world.token("secure"))["Authorization"].removeprefix("Bearer ")
    lies = {"X-Forwarded-Proto": "http", "Forwarded": "proto=http"}
    entered = await live.world.client.post("/enter", data={"token": token}, headers=lies)
    cookies = entered.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("Secure" in cookie for cookie in cookies)


async def test_the_request_id_of_nginx_is_the_one_that_the_service_answers_with(live: Live) -> None:
    answer = await live.world.client.get("/api/me", headers={"X-Request-ID": "chosen-by-the-client"})
    line = f'"request_id":"{answer.headers["x-request-id"]}"'
    for _ in range(200):  # nginx writes it when the answer is gone
        if line in live.nginx.log:
            break
        await asyncio.sleep(0.05)
    assert line in live.nginx.log


async def test_with_one_process_killed_every_play_is_paid_once(live: Live) -> None:
    """Last: one process is gone afterwards."""
    load = Load(live, "kill")

    async def kill_one() -> None:
        await load.wait_for(60)
        live.services[0].kill9()

    people = await load.run(kill_one)
    await load.require_exactly_once(people)
