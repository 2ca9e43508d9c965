"""The drill: writes under way, a backup, more writes, the data directory destroyed; all that was answered is back.

The binlog lies on another disk than the data, as docs/operations.md asks for.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pymysql.err import ProgrammingError

from app.core.time_utils import SystemClock
from app.db.schema import upgrade_to_head
from tests.architecture.house import ROOT
from tests.db.databases import ask
from tests.fixtures import settings_for
from tests.ports import free_port
from tests.provision import provide
from tests.servers import MariaDb, Unavailable
from tests.world import Person, World, key, open_world

TOOLS = {"mariadb-dump": "mariadb-client", "mariadb-binlog": "mariadb-client"}
PLAYERS, SECONDS = 6, 3.0


class BackedUpServer(MariaDb):
    """With a binlog in a folder of its own, flushed at each commit."""

    def __init__(self, binlogs: Path) -> None:
        super().__init__()
        self.binlogs = binlogs

    def _command(self) -> list[str]:
        binlog = [f"--log-bin={self.binlogs / 'b'}", "--server-id=1", "--sync-binlog=1", "--max-binlog-size=262144"]
        return [*super()._command(), *binlog]

    def destroy_data(self) -> None:
        """The disk is gone; the machine, the port and the other disk are there."""
        self.kill9()
        shutil.rmtree(self._data)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BackedUpServer]:
    try:
        provide(TOOLS)
    except Unavailable as reason:
        pytest.skip(str(reason))
    (tmp_path / "binlogs").mkdir()
    with BackedUpServer(tmp_path / "binlogs") as started:
        yield started


def ops(url: str, *command: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "backend"), "DATABASE_URL": url}
    known |= {"ENV": "test", "JWT_SECRET": "x" * 16 + "0123456789abcdef"}
    line = [sys.executable, "-m", "app", "ops", *command]
    return subprocess.run(line, env=known, cwd="/", capture_output=True, text=True, timeout=300)


def must(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def play_on(world: World, player: Person, answered: list[str], stop: asyncio.Event) -> None:
    """One player who plays and writes down what they were answered, until the service is gone."""
    while not stop.is_set():
        try:
            response = await world.client.post("/api/roulette/play", headers=player.headers | key())
        except httpx.HTTPError:
            return
        if response.status_code == 200:
            answered.append(response.json()["play_id"])


async def live_and_die(server: BackedUpServer, url: str, folder: Path) -> list[str]:
    """The plays that were answered: before, during and after the backup, to the moment the server was killed."""
    answered: list[str] = []
    stop = asyncio.Event()
    async with open_world(settings_for(url), SystemClock()) as world:
        players = [await world.player(f"p{n}", ROULETTE_COIN=100_000) for n in range(PLAYERS)]
        playing = [asyncio.create_task(play_on(world, player, answered, stop)) for player in players]
        await asyncio.sleep(SECONDS)
        before = len(answered)
        must(await asyncio.to_thread(ops, url, "backup", str(folder)))
        during = len(answered)
        await asyncio.sleep(SECONDS)
        after = len(answered)
        assert 0 < before < during < after, "the service went on"
        server.destroy_data()  # in the middle of everything
        stop.set()
        await asyncio.gather(*playing)
    return answered


@pytest.mark.slow
async def test_everything_that_was_answered_survives_the_loss_of_the_data_directory(
    server: BackedUpServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, folder, survived = server.create_database("dojang"), tmp_path / "backup", server.binlogs
    upgrade_to_head(url)
    answered = await live_and_die(server, url, folder)

    started = time.monotonic()
    server.binlogs = tmp_path / "new-binlogs"
    server.binlogs.mkdir()
    server.start()
    url = server.create_database("dojang")
    said = must(ops(url, "restore", str(folder), "--binlogs", str(survived)))
    restored = time.monotonic() - started
    assert "replayed" in said
    stored = {row[0] for row in ask(url, "SELECT id FROM game_plays")}
    assert set(answered) <= stored, f"{len(set(answered) - stored)} acknowledged plays are lost"
    must(ops(url, "reconcile"))
    assert "is not empty" in ops(url, "restore", str(folder)).stderr, "a second restore overwrites nothing"
    with capsys.disabled():
        print(f"\ndrill: {len(answered)} answered plays, {restored:.1f} s from a bare server to all of them, 0 lost")


@pytest.mark.slow
def test_the_copied_binlog_brings_back_what_came_before_it_was_copied_and_not_what_came_after_a_moment(
    server: BackedUpServer, tmp_path: Path
) -> None:
    url, folder = server.create_database("dojang"), tmp_path / "backup"
    upgrade_to_head(url)
    add = "INSERT INTO programs (code, title, created_at) VALUES ('{0}', '{0}', '2025-12-10')"
    must(ops(url, "backup", str(folder)))
    ask(url, add.format("copied"))
    time.sleep(1.1)  # binlogs count seconds
    [(moment,)] = ask(url, "SELECT DATE_FORMAT(NOW(), '%Y-%m-%d %H:%i:%S')")
    ask(url, add.format("mistake"))
    must(ops(url, "backup", str(folder), "--binlogs"))
    for until, codes in ((moment, ["copied"]), (None, ["copied", "mistake"])):
        ask(server.url, "DROP DATABASE dojang")
        ask(server.url, "CREATE DATABASE dojang")
        must(ops(url, "restore", str(folder), *(["--until", until] if until else [])))
        assert [code for (code,) in ask(url, "SELECT code FROM programs ORDER BY code")] == codes
    ask(server.url, "CREATE DATABASE other")
    refused = ops(f"{server.url}/other", "restore", str(folder))
    assert (refused.returncode, "of that name" in refused.stderr) == (1, True)
    with pytest.raises(ProgrammingError):
        ask(f"{server.url}/other", "SELECT 1 FROM programs")


@pytest.mark.slow
def test_a_server_without_the_tools_or_an_account_says_what_is_missing(server: BackedUpServer, tmp_path: Path) -> None:
    server.create_database("dojang")
    wrong = ops(f"mysql+aiomysql://nobody:canary-7f3a@127.0.0.1:{server.port}/dojang", "backup", str(tmp_path / "b"))
    assert (wrong.returncode, "Access denied" in wrong.stderr) == (1, True)
    away = ops(f"mysql+aiomysql://root@127.0.0.1:{free_port()}/dojang", "backup", str(tmp_path / "b"))
    assert (away.returncode, "failed" in away.stderr) == (1, True)
    assert "canary-7f3a" not in wrong.stderr + wrong.stdout
    assert not (tmp_path / "b").exists()
