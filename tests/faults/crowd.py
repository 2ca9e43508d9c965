"""Players over TCP who ask again with the same key until they are answered, whatever happens to the service."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from tests.faults.book import Book
from tests.phones import NO_CERTIFICATES
from tests.world import Person, World

PLAY = "/api/roulette/play"
# every play is one reward, so that rewards can be counted
ALWAYS_TEN = {
    "name": "always ten",
    "max_daily": 0,
    "segments": [
        {"slot_index": n, "label": "10", "weight": 1, "reward_type": "POINT", "reward_amount": 10} for n in range(6)
    ],
}
ANSWERED_WITHIN_SECONDS = 60  # of a request with all its repetitions
ONE_TRY_SECONDS = 10.0
AGAIN_AFTER_SECONDS = 0.05
CUT_OFF = "cut off"  # an answer that was begun and never ended


@dataclass(slots=True)
class Crowd:
    """`count` players; each plays one after the other until `over` is set."""

    world: World
    book: Book
    count: int = 8
    over: asyncio.Event = field(default_factory=asyncio.Event)
    # answers other than 200, by status or by what the connection said
    refusals: Counter[str] = field(default_factory=Counter)
    # of each try, in seconds
    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    plays: int = 0
    people: list[Person] = field(default_factory=list)

    async def gather(self) -> None:
        """The players, with tickets for every play they could make."""
        await self.world.configure("roulette", ALWAYS_TEN)
        name = uuid.uuid4().hex[:8]
        self.people = [await self.world.player(f"{name}-{n}", ROULETTE_COIN=100_000) for n in range(self.count)]

    async def play_while(self, meanwhile: Callable[[], Awaitable[None]]) -> None:
        """Everybody plays until `meanwhile` has returned, and then to the end of the play under way."""
        players = [asyncio.create_task(self._live(person)) for person in self.people]
        try:
            await meanwhile()
        finally:
            self.over.set()
            await asyncio.gather(*players)

    async def wait_for(self, plays: int) -> None:
        until = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while self.plays < plays:
            assert time.monotonic() < until, f"{self.plays} plays instead of {plays}: {self.refusals}"
            await asyncio.sleep(0.01)

    async def require_exactly_once(self) -> None:
        """Every play that was acknowledged is there, once, with its one coin and its one reward; and no other."""
        kept = await self.book.require_kept(self.world)
        assert kept == self.plays
        ids = ", ".join(str(person.id) for person in self.people)
        of_them = f"WHERE user_id IN ({ids})"
        assert await self.world.rows(f"SELECT COUNT(*) FROM game_plays {of_them}") == [(self.plays,)]
        rewards = f"SELECT COUNT(*), COUNT(DISTINCT operation_id) FROM reward_log {of_them} AND source = 'ROULETTE'"
        assert await self.world.rows(rewards) == [(self.plays, self.plays)]

    async def _live(self, person: Person) -> None:
        # no connection is kept: one that a dying process closes under a request is the client's own trouble
        limits = httpx.Limits(max_keepalive_connections=0)
        base = str(self.world.client.base_url)
        async with httpx.AsyncClient(
            base_url=base, limits=limits, timeout=ONE_TRY_SECONDS, verify=NO_CERTIFICATES
        ) as client:
            while not self.over.is_set():
                await self._play(client, person)

    async def _play(self, client: httpx.AsyncClient, person: Person) -> None:
        key = uuid.uuid4().hex
        until = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while time.monotonic() < until:
            started = time.monotonic()
            try:
                answer = await client.post(PLAY, headers=person.headers | {"Idempotency-Key": key})
            except httpx.HTTPError as error:
                is_cut_off = "complete message body" in str(error)
                self._refuse(CUT_OFF if is_cut_off else type(error).__name__, started)
                await asyncio.sleep(AGAIN_AFTER_SECONDS)
                continue
            if answer.status_code == 200:
                self.book.note(key, answer.text)
                self.plays += 1
                self.answered.append(time.monotonic() - started)
                return
            assert answer.status_code in (409, 503), answer.text
            self._refuse(str(answer.status_code), started)
            await asyncio.sleep(AGAIN_AFTER_SECONDS)
        raise AssertionError(f"{person.name} was never answered: {self.refusals}")

    def _refuse(self, why: str, started: float) -> None:
        self.refusals[why] += 1
        self.refused.append(time.monotonic() - started)
