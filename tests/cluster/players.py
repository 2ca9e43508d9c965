"""Players who ask until they are answered, and remember every answer outside of the service."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import httpx

from tests.world import Person, key

PLAY = "/api/roulette/play"
LAST_ANSWERS_SECONDS = 30


@dataclass(slots=True)
class Players:
    """Each plays on, turn about on every API process. A request that was not answered is sent again with its key."""

    clients: list[httpx.AsyncClient]
    people: list[Person]
    acknowledged: dict[str, tuple[Person, bytes]] = field(default_factory=dict)
    answered_at: list[float] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    _is_over: bool = False
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self) -> None:
        self._tasks = [asyncio.create_task(self._live(number)) for number in range(len(self.people))]

    async def end(self) -> None:
        """Ends when everybody has their last answer; raises when somebody does not get one."""
        self._is_over = True
        async with asyncio.timeout(LAST_ANSWERS_SECONDS):
            await asyncio.gather(*self._tasks)

    async def _live(self, number: int) -> None:
        turn = number
        while not self._is_over:
            used = key()
            while not await self._ask(self.clients[turn % len(self.clients)], self.people[number], used):
                turn += 1
                await asyncio.sleep(0.05)
            turn += 1

    async def _ask(self, client: httpx.AsyncClient, person: Person, used: dict[str, str]) -> bool:
        try:
            answer = await client.post(PLAY, headers=person.headers | used)
        except httpx.HTTPError as error:
            self.told[type(error).__name__] += 1
            return False
        self.told[str(answer.status_code)] += 1
        if answer.status_code != 200:
            assert answer.status_code == 503, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            return False
        self.acknowledged[used["Idempotency-Key"]] = person, answer.content
        self.answered_at.append(time.monotonic())
        return True

    def longest_gap(self, since: float) -> float:
        """The longest time in which nobody was answered, from `since` until now."""
        moments = [since, *(at for at in self.answered_at if at > since), time.monotonic()]
        return max(after - before for before, after in pairwise(moments))

    async def lost(self) -> list[str]:
        """Acknowledged answers that the service does not give again, byte for byte."""
        lost = []
        for used, (person, content) in self.acknowledged.items():
            again = await self.clients[0].post(PLAY, headers=person.headers | {"Idempotency-Key": used})
            if (again.status_code, again.content) != (200, content):
                lost.append(used)
        return lost
