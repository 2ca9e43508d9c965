"""Where rows are measured: a private MariaDB, seeded databases, the API on them, and the programs that load them.

Everything is made when a row first asks for it and kept for the next one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pymysql

from app.config.settings import Settings
from app.core.auth import PLAYER, Principal
from app.core.tokens import TokenKeys
from tests.bench import seed
from tests.bench.api import ROOT, Api, EmptyApi, cpu_seconds_of
from tests.bench.client import Load, Report
from tests.bench.row import NotComparable, Sample
from tests.provision import MARIADB_PACKAGES, provide
from tests.servers import MariaDb

SECRET = os.urandom(24).hex()
STEP_SECONDS = 300  # no program of the bench takes longer for one round


@dataclass(frozen=True, slots=True)
class Place:
    """A seeded database and the settings that lead there."""

    name: str
    settings: Settings
    world: seed.World

    @property
    def environment(self) -> dict[str, str]:
        # limits that are counted and never reached: their cost belongs to a play
        limits = json.dumps(dict.fromkeys(("GET", "POST"), 1e6))
        database = self.settings.database_url
        return {"ENV": "test", "DATABASE_URL": database, "JWT_SECRET": SECRET, "RATE_LIMITS": limits}

    def tokens(self, numbers: Sequence[int]) -> list[str]:
        """A bearer for each of these bench players, signed with the service's own key."""
        keys = TokenKeys.from_settings(self.settings)
        now = keys.now()
        ends = now + timedelta(hours=12)
        return [
            keys.sign(Principal(f"bench-{n}", frozenset({PLAYER}), "main", issued_at=now, expires_at=ends))
            for n in numbers
        ]


class Stage:
    """The servers, databases and processes of one run of the bench; gone when it is closed."""

    def __init__(self, *, seconds: float, stamps: int, tell: Callable[[str], None]) -> None:
        self.seconds, self.stamps, self.tell = seconds, stamps, tell
        self.folder = Path(tempfile.mkdtemp(prefix="dojang-bench-"))
        self.notes: dict[str, Any] = {}  # what rows found out on the way, for the JSON
        self._closing = contextlib.ExitStack()
        self._closing.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._places: dict[str, Place] = {}
        self._apis: dict[tuple[str, int], Api] = {}
        self._next_number = seed.PLAYERS + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @cached_property
    def mariadb(self) -> MariaDb:
        provide(MARIADB_PACKAGES)
        return self._closing.enter_context(MariaDb(buffer_pool="1G"))

    def place(self, name: str = "bench", *, prepare: Callable[[Place], None] | None = None) -> Place:
        """A seeded database on the private MariaDB; `prepare` adds to it once."""
        return self._seeded(name, lambda: self.mariadb.create_database(name), prepare)

    def sqlite(self, name: str) -> Place:
        """A seeded SQLite database."""
        return self._seeded(name, lambda: f"sqlite+aiosqlite:///{self.folder / name}.db", None)

    def _seeded(self, name: str, url: Callable[[], str], prepare: Callable[[Place], None] | None) -> Place:
        if name not in self._places:
            self.tell(f"seeding database {name}")
            # Nothing of the environment decides; every other setting is the default, as it is for the API.
            settings = Settings(_env_file=None, env="test", database_url=url(), jwt_secret=SECRET)
            place = Place(name, settings, seed.seed(settings))
            if prepare is not None:
                prepare(place)
            self._places[name] = place
        return self._places[name]

    def api(self, place: Place, *, processes: int = 1) -> Api:
        """The service on a database."""
        if (place.name, processes) not in self._apis:
            environment = place.environment | {"WEB_CONCURRENCY": str(processes)}
            self._apis[place.name, processes] = self._closing.enter_context(Api(environment))
        return self._apis[place.name, processes]

    @cached_property
    def empty_api(self) -> EmptyApi:
        return self._closing.enter_context(EmptyApi(self.place().environment))

    def take_numbers(self, count: int) -> range:
        """Numbers of players that nobody has used yet."""
        numbers = range(self._next_number, self._next_number + count)
        self._next_number += count
        return numbers

    def load(self, api: Api, load: Load) -> Sample:
        """One round of requests. Raises NotComparable when any was refused."""
        before, database_before, statements_before = api.cpu_seconds(), self.database_seconds(), self._statements()
        report: Report = run_program("tests.bench.client", load.to_json())
        if set(report["statuses"]) != {"200"}:
            raise NotComparable(f"{load.path}: {report['statuses']}, first: {report['first_refusal'][-500:]}")
        return Sample.of(
            report,
            statements=self._statements() - statements_before,
            api=api.cpu_seconds() - before,
            database=self.database_seconds() - database_before,
        )

    def floor(self, module: str, plan: dict[str, Any]) -> Sample:
        """One round of a floor's program."""
        before = self.database_seconds()
        figures = run_program(f"tests.bench.floors.{module}", json.dumps(plan))
        return Sample.of(figures, database=self.database_seconds() - before)

    def database_seconds(self) -> float:
        """What the private MariaDB has used so far."""
        if "mariadb" not in self.__dict__ or self.mariadb._process is None:
            return 0.0
        return cpu_seconds_of(self.mariadb._process.pid)

    def _statements(self) -> int:
        if "mariadb" not in self.__dict__:
            return 0
        with self.mariadb.connect() as connection, connection.cursor() as cursor:
            return sum(_counters(cursor).values())

    def count_statements(self, command: Callable[[], object]) -> dict[str, int]:
        """The statements that the server got while `command` ran, by kind; "all" of them but the commit."""
        with self.mariadb.connect() as connection, connection.cursor() as cursor:
            before = _counters(cursor)
            command()
            after = _counters(cursor)
        grown = {name: after[name] - before[name] for name in after if after[name] > before[name]}
        grown.pop("show_status", None)  # our own look
        return grown | {"all": sum(grown.values()) - grown.get("commit", 0)}


def _counters(cursor: pymysql.cursors.Cursor) -> dict[str, int]:
    cursor.execute("SHOW GLOBAL STATUS LIKE 'Com\\_%'")
    return {str(name)[4:]: int(value) for name, value in cursor.fetchall() if int(value)}


def run_program(module: str, plan: str) -> Any:
    """The JSON that a program of the bench prints for a plan."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'backend'}:{ROOT}"}
    command = [sys.executable, "-m", module]
    done = subprocess.run(
        command, input=plan, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=STEP_SECONDS
    )
    if done.returncode:
        raise NotComparable(f"{module} ended with {done.returncode}: {done.stderr.strip()[-800:]}")
    return json.loads(done.stdout)


def world_of(place: Place) -> dict[str, Any]:
    """What a floor's program must know of a database."""
    return asdict(place.world)
