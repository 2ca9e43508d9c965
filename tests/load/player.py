"""One player: does what players do, and knows what every answer must say, because nobody else moves this wallet."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.load.acknowledgements import Acknowledgement, Book
from tests.load.tally import Tally
from tests.load.wire import Answer, Wire

COIN = "ROULETTE_COIN"
KEYS_KEPT = 50  # of earlier plays, to be sent again


@dataclass(slots=True)
class Player:
    """A player with two connections: the second one is for tapping twice."""

    name: str
    wire: Wire
    second_wire: Wire
    tally: Tally
    book: Book
    known: dict[str, int] | None = None  # the wallet; None = not looked at yet
    stamped_on: str | None = None
    played: list[tuple[str, bytes]] = field(default_factory=list)  # (key, the answer's body)

    async def live(self, until: float, *, pause_seconds: float) -> None:
        """Does one thing after the other until the loop's clock says `until`."""
        things, weights = zip(*MIX, strict=True)
        while asyncio.get_running_loop().time() < until:
            thing: Callable[[Player], Awaitable[None]] = random.choices(things, weights)[0]
            if self.known is None:
                thing = Player.wallet  # first of all: what the answers must say begins with it
            try:
                await thing(self)
            except (OSError, TimeoutError) as error:
                self.tally.blame(thing.__name__, f"no answer: {error!r}")
                return  # what was done is not known any more: this player's figures would mislead
            await asyncio.sleep(random.uniform(0, 2 * pause_seconds))

    @property
    def balances(self) -> dict[str, int]:
        assert self.known is not None, "every player looks into the wallet first"
        return self.known

    def close(self) -> None:
        self.wire.close()
        self.second_wire.close()

    async def _ask(self, route: str, *expected: int | str, body: Any = None, key: str | None = None) -> Answer | None:
        """The answer if it is one of those expected (a status, or a code); notes and blames anything else."""
        method, path = route.split(" ", 1)
        headers = {"Idempotency_Key": key} if key else {}
        answer = await self.wire.ask(method, path, body, **headers)
        return answer if self._judge(route, answer, expected) else None

    def _judge(self, route: str, answer: Answer, expected: tuple[int | str, ...]) -> bool:
        route = route.partition("?")[0]
        outcome = answer.code or str(answer.status)
        self.tally.note(route, outcome, answer.seconds)
        if answer.status in expected or answer.code in expected:
            return True
        self.tally.blame(route, f"{self.name}: {answer.status} {outcome} {answer.body[-300:].decode(errors='replace')}")
        return False

    def _require(self, route: str, fact: bool, what: str) -> None:
        if not fact:
            self.tally.blame(route, f"{self.name}: {what}")

    # --- writes

    async def play(self) -> None:
        """Plays once. Without a ticket the refusal is what must come."""
        route, key = "POST /api/roulette/play", uuid.uuid4().hex
        has_ticket = self.balances.get(COIN, 0) > 0
        answer = await self._ask(route, 200 if has_ticket else "NOT_ENOUGH_TOKENS", body={}, key=key)
        if answer is None or answer.status != 200:
            return
        self._note_play(route, key, answer)

    def _note_play(self, route: str, key: str, answer: Answer) -> None:
        told = answer.json()
        prize = self._won(told["reward"])
        self.balances[COIN] -= 1
        if prize is not None:
            self.balances[prize[0]] = self.balances.get(prize[0], 0) + prize[1]
        self.book.note(Acknowledgement(self.name, "play", f"PLAY:{told['play_id']}", key, told["token_balance"], prize))
        self._require(
            route,
            told["token_balance"] == self.balances[COIN],
            f"balance {told['token_balance']} instead of {self.balances[COIN]}",
        )
        if told["season_pass"] is not None:
            self._note_levels(told["season_pass"])
        self.played = [*self.played[-KEYS_KEPT:], (key, answer.body)]

    @staticmethod
    def _won(reward: dict[str, Any]) -> tuple[str, int] | None:
        if reward["reward_type"] == "POINT":
            return "POINT", reward["reward_amount"]
        return (reward["token_type"], reward["reward_amount"]) if reward["reward_type"] == "TOKEN" else None

    def _note_levels(self, stamped: dict[str, Any]) -> None:
        """The coins of levels that a stamp opened are in the wallet now."""
        for reward in stamped["rewards"]:
            if reward["reward_type"] == "TOKEN" and reward["auto_claim"]:
                self.balances[reward["token_type"]] = (
                    self.balances.get(reward["token_type"], 0) + reward["reward_amount"]
                )

    async def replay(self) -> None:
        """Sends an earlier play again: the same bytes come back, and nothing moves."""
        if not self.played:
            return
        route = "POST /api/roulette/play (again)"
        key, body = random.choice(self.played)
        answer = await self.wire.ask("POST", "/api/roulette/play", {}, Idempotency_Key=key)
        if self._judge(route, answer, (200,)):
            self._require(route, answer.body == body, f"key {key} got another answer")
            self._require(route, "idempotency-replayed" in answer.headers, f"key {key} was not called a replay")

    async def tap_twice(self) -> None:
        """The same play on two connections at once: one effect, and whoever gets a 200 gets the same bytes."""
        if self.balances.get(COIN, 0) < 1:
            return
        route, key = "POST /api/roulette/play (twice at once)", uuid.uuid4().hex
        answers = await asyncio.gather(
            self.wire.ask("POST", "/api/roulette/play", {}, Idempotency_Key=key),
            self.second_wire.ask("POST", "/api/roulette/play", {}, Idempotency_Key=key),
        )
        carried_out = [
            a for a in answers if self._judge(route, a, (200, "IDEMPOTENCY_IN_PROGRESS")) and a.status == 200
        ]
        self._require(route, bool(carried_out), f"nobody was served with key {key}")
        self._require(route, len({a.body for a in carried_out}) < 2, f"key {key} got two answers")
        if carried_out:
            self._note_play(route, key, carried_out[0])

    async def stamp(self) -> None:
        """Stamps; the second stamp of a day is refused."""
        route, key = "POST /api/season-pass/stamp", uuid.uuid4().hex
        answer = await self._ask(route, 200, "ALREADY_STAMPED_TODAY", body={}, key=key)
        if answer is None:
            return
        if answer.status == 200:
            self._require(route, self.stamped_on is None, f"a second stamp after the one of {self.stamped_on}")
            self.stamped_on = "today"
            self._note_levels(answer.json())
            self.book.note(Acknowledgement(self.name, "stamp", "", key))
        else:
            self.stamped_on = self.stamped_on or "an earlier run"

    async def claim(self) -> None:
        """Claims a level that can't be reached in one day, or one that pays by itself."""
        await self._ask("POST /api/season-pass/claim", "LEVEL_NOT_REACHED", body={"level": random.randint(8, 10)})
        await self._ask("POST /api/season-pass/claim", "AUTO_CLAIM_LEVEL", body={"level": random.randint(1, 7)})

    async def enter_page(self) -> None:
        await self._ask("POST /api/events/page", 202, body={"page": "ROULETTE"})

    # --- reads

    async def wallet(self) -> None:
        """The wallet says what this player knows; the first look is where that knowledge begins."""
        route = "GET /api/wallet"
        answer = await self._ask(route, 200)
        if answer is None:
            return
        told = {line["token_type"]: line["balance"] for line in answer.json()["wallets"]}
        if self.known is None:
            self.known = told
        self._require(route, told == self.known, f"{told} instead of {self.known}")

    async def season_status(self) -> None:
        route = "GET /api/season-pass/status"
        answer = await self._ask(route, 200)
        if answer is not None and self.stamped_on == "today":
            self._require(route, answer.json()["today"]["stamped"], "today's stamp is missing")

    async def roulette_status(self) -> None:
        route = "GET /api/roulette/status"
        answer = await self._ask(route, 200)
        if answer is not None:
            coins, known = answer.json()["token_balance"], self.balances.get(COIN, 0)
            self._require(route, coins == known, f"{coins} coins instead of {known}")

    async def ledger(self) -> None:
        """The newest entries go down in number, and the newest play is among them."""
        route = "GET /api/wallet/ledger?limit=20"
        answer = await self._ask(route, 200)
        if answer is not None:
            numbers = [entry["id"] for entry in answer.json()["items"]]
            self._require(route, numbers == sorted(numbers, reverse=True), f"entries out of order: {numbers}")

    async def rewards(self) -> None:
        await self._ask("GET /api/rewards", 200)

    async def odds(self) -> None:
        route = "GET /api/roulette/odds"
        answer = await self._ask(route, 200)
        if answer is not None:
            total = sum(prize["probability"] for prize in answer.json()["prizes"])
            self._require(route, abs(total - 1) < 1e-9, f"the odds add up to {total}")

    async def me(self) -> None:
        await self._ask("GET /api/me", 200)


MIX: list[tuple[Callable[[Player], Awaitable[None]], int]] = [
    (Player.play, 30),
    (Player.replay, 6),
    (Player.tap_twice, 3),
    (Player.stamp, 4),
    (Player.claim, 2),
    (Player.enter_page, 3),
    (Player.season_status, 15),
    (Player.roulette_status, 10),
    (Player.wallet, 10),
    (Player.ledger, 6),
    (Player.rewards, 4),
    (Player.odds, 2),
    (Player.me, 5),
]
