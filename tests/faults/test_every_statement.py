"""A fault at any statement of any command that moves value: all or nothing, and asked again it is all, once (F9)."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.core.time_utils import FixedClock
from app.db import transaction
from tests.db.faults import Fault, Saboteur, cancel, server_error
from tests.faults.book import Book
from tests.faults.chance import dice
from tests.faults.value_commands import COMMANDS, Ask, Holdings, Stage, set_stage
from tests.fixtures import NOON, new_mariadb, settings_for
from tests.world import Person, open_world

CODES = (1213, 1205, 1020, 2013, 1180)
FAULTS = (*CODES, "cancelled")
# "stays": it strikes at each try. "told too late": the commit is done, and its reply lost
MANNERS = ("once", "stays", "told too late")
SOME = 26  # cases of the suite of every day
COMMIT = -1


@dataclass(frozen=True, slots=True)
class Case:
    """Where a fault strikes: at a statement of the command's transaction, counted from 0, or at its commit."""

    command: str
    fault: int | str
    manner: str
    position: int

    def strike(self, saboteur: Saboteur, fault: Fault) -> None:
        stays = self.manner == "stays"
        if self.position == COMMIT:
            saboteur.at_commit(fault, done_first=self.manner == "told too late", always=stays)
        else:
            saboteur.at_statement(self.position, fault, always=stays)


@dataclass(slots=True)
class Theatre:
    """The stage, and of every command how many statements it has and what it comes to when nothing is wrong."""

    stage: Stage
    book: Book
    statements: dict[str, int]
    all_of_it: dict[str, Holdings]

    async def rehearse(self) -> None:
        """Each command twice: the first one warms every connection and cache."""
        for command, _ in itertools.product(COMMANDS, range(2)):
            player, ask = await self.ready(command)
            saboteur = Saboteur(self.engine)
            saboteur.at_statement(10**6, lambda: None)
            answer = await self.send(ask, uuid.uuid4().hex)
            saboteur.stop()
            assert answer.is_success, f"{command}: {answer.text}"
            self.statements[command] = saboteur.seen
            self.all_of_it[command] = await self.stage.holdings(player)

    @property
    def engine(self) -> Any:
        return self.stage.world.house.database.write_engine

    async def ready(self, command: str) -> tuple[Person, Ask]:
        player = await self.stage.world.player(uuid.uuid4().hex)
        return player, await COMMANDS[command](self.stage, player)

    async def send(self, ask: Ask, key: str) -> httpx.Response:
        headers = ask.headers | {"Idempotency-Key": key}
        answer = await self.stage.world.client.post(ask.path, json=ask.body, headers=headers)
        if answer.is_success and ask.path.endswith("/play"):
            self.book.note(key, answer.text)
        return answer

    async def act(self, case: Case) -> None:
        """One case from its beginning to its end."""
        player, ask = await self.ready(case.command)
        before, key = await self.stage.holdings(player), uuid.uuid4().hex
        first = await self._under_fault(case, ask, key)
        held = await self.stage.holdings(player)
        assert held in (before, self.all_of_it[case.command]), f"{case} left something half done"
        if first is not None:
            assert first.is_success or first.status_code in (409, 503), f"{case}: {first.text}"
            assert (held != before) or not first.is_success, f"{case} was acknowledged and is not there"
        if case.manner == "stays" and case.fault in CODES:
            assert held == before, f"{case}: what was never committed is there"
        again = await self.send(ask, key)
        assert await self.stage.holdings(player) == self.all_of_it[case.command], f"{case}, asked again: {again.text}"
        # an approval has no key: asked again, it says that it is done
        assert again.is_success or (again.status_code, case.command) in ((409, "approve"), (409, "reverse")), again.text
        if first is not None and first.is_success and "Idempotency-Replayed" in again.headers:
            assert again.text == first.text, f"{case}: two answers"

    async def _under_fault(self, case: Case, ask: Ask, key: str) -> httpx.Response | None:
        """The answer; None for a client that went away."""
        saboteur = Saboteur(self.engine)
        sending = asyncio.create_task(self.send(ask, key))
        fault = cancel(sending) if isinstance(case.fault, str) else server_error(case.fault)
        case.strike(saboteur, fault)
        try:
            return await sending
        except asyncio.CancelledError:
            return None
        finally:
            for _ in range(200):  # who went away does not stop what was begun for them
                if self.engine.pool.checkedout() == 0:
                    break
                await asyncio.sleep(0.01)
            saboteur.stop()
            assert saboteur.strikes, f"{case} never struck"


@pytest.fixture(scope="module")
async def theatre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Theatre]:
    """One service on MariaDB for all cases; at the end every acknowledged play is there and nothing differs."""
    file = tmp_path_factory.mktemp("faults") / "acknowledged.jsonl"
    with new_mariadb() as url, Book(file) as book:
        settings = settings_for(url, admin_grant_daily_max=10**9)
        async with open_world(settings, FixedClock(NOON)) as world:
            theatre = Theatre(await set_stage(world), book, {}, {})
            await theatre.rehearse()
            yield theatre
            assert await book.require_kept(world) > 0


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jitter between the tries only costs time here."""
    monkeypatch.setattr(transaction, "_pause_seconds", lambda _attempt: 0.0)


def cases(theatre: Theatre, command: str) -> Iterator[Case]:
    """Every fault at every statement and at the commit, once and at each try; and commits whose reply is lost."""
    positions = (*range(theatre.statements[command]), COMMIT)
    for fault, manner, position in itertools.product(FAULTS, MANNERS, positions):
        if manner == "told too late" and position != COMMIT:
            continue
        if manner == "stays" and fault == "cancelled":
            continue  # nobody goes away twice
        yield Case(command, fault, manner, position)


async def test_some_faults_leave_all_or_nothing(theatre: Theatre, tmp_path: Path) -> None:
    every = [case for command in COMMANDS for case in cases(theatre, command)]
    chosen = dice("every statement").sample(every, SOME)
    # of each command at least its commit whose reply is lost
    lost = [Case(command, 2013, "told too late", COMMIT) for command in ("play", "code", "event")]
    for case in (*chosen, *lost):
        await theatre.act(case)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", COMMANDS)
async def test_every_fault_at_every_statement_leaves_all_or_nothing(
    theatre: Theatre, command: str, record_property: Any
) -> None:
    count = 0
    for case in cases(theatre, command):
        await theatre.act(case)
        count += 1
    assert count > 50, "a command has at least a handful of statements"
    record_property("measured", f"{count} positions, {theatre.statements[command]} statements")
