"""The service unchanged on three MariaDB servers with Galera: what was acknowledged stays, and it goes on by itself."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from app.config.settings import Settings
from app.container import Container
from app.core.time_utils import FixedClock, SystemClock
from app.db.schema import upgrade_to_head
from app.flows.seed_reference import seed_reference
from tests.cluster.galera import Galera
from tests.cluster.players import Players
from tests.fixtures import AS_DELIVERED, settings_for
from tests.live import ROOT, start_service, wait_until_ready
from tests.servers import Unavailable
from tests.wheel import ALWAYS_TEN
from tests.world import World, key

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
PLAYERS = 8
DATABASE = "dojang"
Blocking = Callable[[], object]


@pytest.fixture(scope="module")
def galera() -> Iterator[Galera]:
    try:
        cluster = Galera()
    except Unavailable as reason:
        pytest.skip(str(reason))
    with cluster:
        cluster.nodes[0].create_database(DATABASE)
        upgrade_to_head(cluster.url(DATABASE))
        yield cluster


@contextmanager
def worker(settings: Settings) -> Iterator[None]:
    """A worker process that asks each second what is due."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "backend"),
        "ENV": settings.env,
        "DATABASE_URL": settings.database_url,
        "JWT_SECRET": settings.jwt_secret.get_secret_value(),
    }
    command = [sys.executable, "-m", "app", "worker", "--tick-seconds", "1"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.fixture(scope="module")
async def players(galera: Galera) -> AsyncIterator[tuple[Players, World]]:
    """Two API processes and two workers over the cluster, and people who play on all the time."""
    settings = settings_for(galera.url(DATABASE), db_write_pool=4, **AS_DELIVERED)
    container = Container(settings, clock=SystemClock())
    await seed_reference(container.house, with_season=True)
    services = [start_service(settings, workers=1) for _ in range(2)]
    try:
        with worker(settings), worker(settings):
            for service in services:
                wait_until_ready(service)
            clients = [httpx.AsyncClient(base_url=service.url, timeout=20) for service in services]
            world = World(None, container, clients[0], FixedClock(SystemClock().now()), 0)
            await world.configure("roulette", ALWAYS_TEN)
            people = [await world.player(f"p{n}", ROULETTE_COIN=1_000_000) for n in range(PLAYERS)]
            playing = Players(clients, people)
            playing.begin()
            yield playing, world
            await playing.end()
            for client in clients:
                await client.aclose()
    finally:
        for service in services:
            service.stop()
        await container.close()


class Story:
    """One thing that happens to the cluster while people play, and what they noticed of it."""

    def __init__(self, players: tuple[Players, World], capsys: pytest.CaptureFixture[str]) -> None:
        self.playing, self.world = players
        self._capsys = capsys

    async def tell(self, name: str, happens: Callable[[], Awaitable[None]]) -> float:
        """Lets it happen; returns the longest time without an answer to anybody, and prints what came of it."""
        await asyncio.sleep(1)
        since, before, told = time.monotonic(), len(self.playing.acknowledged), self.playing.told.copy()
        await happens()
        await asyncio.sleep(2)
        gap = self.playing.longest_gap(since)
        answers = dict(self.playing.told - told)
        with self._capsys.disabled():
            print(
                f"\n{name}: {len(self.playing.acknowledged) - before} acknowledged in"
                f" {time.monotonic() - since:.1f} s, longest gap {gap:.2f} s, answers {answers}"
            )
        return gap


@pytest.fixture
def story(players: tuple[Players, World], capsys: pytest.CaptureFixture[str]) -> Story:
    return Story(players, capsys)


async def at_leisure(work: Blocking) -> None:
    """What blocks, beside the players."""
    await asyncio.to_thread(work)


async def test_the_writer_is_killed(galera: Galera, story: Story) -> None:
    async def happens() -> None:
        await at_leisure(galera.nodes[0].kill9)
        await asyncio.sleep(6)

    assert await story.tell("writer killed", happens) < 5


async def test_the_writer_comes_back(galera: Galera, story: Story) -> None:
    async def happens() -> None:
        await at_leisure(galera.nodes[0].start)
        await at_leisure(galera.wait_until_whole)

    assert await story.tell("writer back", happens) < 5


@pytest.mark.parametrize("number", [0, 2], ids=["the writer", "another"])
async def test_a_server_hangs(galera: Galera, story: Story, number: int) -> None:
    async def happens() -> None:
        galera.nodes[number].pause()
        await asyncio.sleep(10)
        galera.nodes[number].resume()
        await at_leisure(galera.wait_until_whole)

    assert await story.tell(f"server {number} hangs for 10 s", happens) < 5.5


async def test_each_server_is_restarted_in_turn(galera: Galera, story: Story) -> None:
    async def happens() -> None:
        for node in reversed(galera.nodes):
            await at_leisure(node.restart)
            await at_leisure(galera.wait_until_whole)

    assert await story.tell("rolling restart", happens) < 5


async def test_without_a_majority_everybody_is_told_to_come_again(galera: Galera, story: Story) -> None:
    async def happens() -> None:
        for node in galera.nodes[1:]:
            await at_leisure(node.kill9)
        await asyncio.sleep(6)  # until the one that is left has noticed, and what was under way has failed
        person = story.playing.people[0]
        refused = await story.playing.clients[1].post("/api/roulette/play", headers=person.headers | key())
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "DATABASE_UNAVAILABLE")
        assert refused.headers["Retry-After"] == "1"
        assert (await story.playing.clients[1].get("/health/ready")).status_code == 503
        await at_leisure(galera.nodes[0].declare_primary)
        for node in galera.nodes[1:]:
            await at_leisure(node.start)
        await at_leisure(galera.wait_until_whole)

    await story.tell("two killed, one goes on alone, two come back", happens)


async def test_a_full_stop_and_the_most_advanced_begins_again(galera: Galera, story: Story) -> None:
    async def happens() -> None:
        for node in galera.nodes:
            node.kill9()
        await at_leisure(galera.bootstrap_most_advanced)
        await at_leisure(galera.wait_until_whole)

    await story.tell("all killed, the most advanced begins", happens)


async def test_last_everything_that_was_acknowledged_is_there_and_explained(
    players: tuple[Players, World], capsys: pytest.CaptureFixture[str]
) -> None:
    playing, world = players
    await playing.end()
    lost = await playing.lost()
    plays = await world.rows("SELECT COUNT(*) FROM game_plays")
    differences = await world.differences()
    files = "SELECT SUBSTRING_INDEX(name, '/', -1), file_size FROM information_schema.innodb_sys_tablespaces"
    sizes = await world.rows(f"{files} WHERE name LIKE '{DATABASE}/%' ORDER BY file_size DESC LIMIT 8")
    with capsys.disabled():
        for table, size in sizes:
            print(f"  {table}: {size / plays[0][0]:.0f} bytes of file a play")
        print(
            f"\n{len(playing.acknowledged)} acknowledged, {len(lost)} lost, {plays[0][0]} plays,"
            f" {len(differences)} differences"
        )
    assert (lost, differences) == ([], {})
    assert plays == [(len(playing.acknowledged),)]
