"""Real worker processes, to kill and to pause while they settle."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess

import pymysql

from app.config.settings import Settings
from app.core.logging_config import configure_logging
from app.worker import work_until_stopped
from tests.servers import MariaDb

TICK_SECONDS = 0.2
# forks from a process that has imported everything: a fresh interpreter would take longer than a settlement
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["app.worker"])


def run_worker(settings: Settings) -> None:
    """A worker process, as `./run worker` makes it."""
    configure_logging(settings)
    asyncio.run(work_until_stopped(settings, tick_seconds=TICK_SECONDS))


class Workers:
    """Some worker processes; who is killed is replaced."""

    def __init__(self, settings: Settings, count: int) -> None:
        self._settings, self._count = settings, count
        self._alive: dict[int, BaseProcess] = {}

    def replenish(self) -> None:
        """As many as there should be."""
        self._alive = {pid: process for pid, process in self._alive.items() if process.is_alive()}
        while len(self._alive) < self._count:
            process = FORKS.Process(target=run_worker, args=(self._settings,), daemon=True)
            process.start()
            self._alive[process.pid or 0] = process

    def kill(self, pid: int) -> bool:
        """kill -9, if it is one of ours."""
        process = self._alive.pop(pid, None)
        if process is None:
            return False
        process.kill()
        process.join()
        return True

    def signal(self, pid: int, what: signal.Signals) -> bool:
        process = self._alive.get(pid)
        if process is None or not process.is_alive():
            return False
        os.kill(pid, what)
        return True

    def stop(self) -> None:
        """Ends all of them, also who is paused: SIGKILL waits for nobody."""
        for process in self._alive.values():
            process.kill()
        for process in self._alive.values():
            process.join()


@contextmanager
def workers(settings: Settings, count: int) -> Iterator[Workers]:
    """Started worker processes; all of them end with the block."""
    started = Workers(settings, count)
    started.replenish()
    try:
        yield started
    finally:
        started.stop()


class Settlement:
    """The settlement's run, looked at from outside while servers and workers come and go."""

    def __init__(self, server: MariaDb, database: str) -> None:
        self._server, self._database = server, database

    def look(self) -> tuple[str, int, int]:
        """(status, pid of the owner, players seen); ("?", 0, -1) while nobody can be asked."""
        query = "SELECT status, owner, seen_count FROM job_runs WHERE job = 'bridge_settlement'"
        with suppress(pymysql.err.Error), self._server.connect() as connection, connection.cursor() as cursor:
            connection.select_db(self._database)
            cursor.execute(query)
            row = cursor.fetchone()
            if row is not None and row[1]:
                return row[0], int(row[1].split(":")[1]), row[2]
        return "?", 0, -1

    def wait_for_progress(self, crew: Workers, seen: int, *, within: float = 60) -> tuple[str, int, int]:
        """The run once more than `seen` players are settled, or it is done.

        A worker that starts while the database is away ends at once; it is replaced, as a supervisor would.
        """
        until = time.monotonic() + within
        while time.monotonic() < until:
            found = self.look()
            if found[0] in {"DONE", "FAILED"} or found[2] > seen:
                return found
            crew.replenish()
            time.sleep(0.01)
        raise AssertionError(f"no progress beyond {seen} players within {within} s: {self.look()}")
