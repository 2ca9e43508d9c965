"""Going up and down: each step alone, again, in parallel, and after a crash at any statement."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from app.db.schema import HEAD, MigrationRefused, alembic_config, downgrade, upgrade, upgrade_to_head
from tests.architecture.house import ROOT
from tests.db.databases import ask, connect, schema_of

LINE = [revision.revision for revision in ScriptDirectory.from_config(alembic_config()).walk_revisions()][::-1]
NEWEST = 15
UPGRADE = [sys.executable, "-c", "import sys; from app.db.schema import upgrade_to_head as up; up(sys.argv[1])"]
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "backend")}


def version(url: str) -> str | None:
    rows = ask(url, "SELECT version_num FROM alembic_version")
    return rows[0][0] if rows else None


@pytest.fixture
def revisions_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step runs one revision, but Alembic reads them all for each."""
    directory = ScriptDirectory.from_config(alembic_config())
    monkeypatch.setattr(ScriptDirectory, "from_config", lambda _config: directory)


@pytest.mark.usefixtures("revisions_read_once")
@pytest.mark.parametrize("newest", [NEWEST, pytest.param(len(LINE), marks=pytest.mark.slow)], ids=["newest", "all"])
def test_each_step_goes_up_down_and_up_again(empty: str, newest: int) -> None:
    """Of the newest revisions: those before them have not changed since they were walked."""
    if newest < len(LINE):
        upgrade(empty, LINE[-newest - 1])
    before = schema_of(empty)
    for revision in LINE[-newest:]:
        upgrade(empty, "+1")
        assert version(empty) == revision
        after = schema_of(empty)
        downgrade(empty, "-1")
        assert schema_of(empty) == before, f"{revision} leaves something behind"
        upgrade(empty, "+1")
        assert schema_of(empty) == after
        before = after


def test_everything_can_be_taken_down_at_once(empty: str) -> None:
    upgrade_to_head(empty)
    downgrade(empty, "base")
    assert schema_of(empty) == {}
    upgrade_to_head(empty)
    assert version(empty) == HEAD


def test_a_second_upgrade_changes_nothing(empty: str) -> None:
    upgrade_to_head(empty)
    before = schema_of(empty)
    upgrade_to_head(empty)
    assert (schema_of(empty), version(empty)) == (before, HEAD)


async def test_an_upgrade_works_while_an_event_loop_runs(empty: str) -> None:
    upgrade_to_head(empty)
    assert version(empty) == HEAD


def test_parallel_upgrades_of_two_processes_are_one(empty: str) -> None:
    processes = [subprocess.Popen([*UPGRADE, empty], env=ENVIRONMENT, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate(timeout=60)[1].decode() for process in processes] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    assert version(empty) == HEAD


async def test_parallel_upgrades_of_one_process_are_one(empty: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(upgrade_to_head, empty) for _ in range(4)))
    assert version(empty) == HEAD


def test_a_process_waits_for_its_turn(empty_on_server: str) -> None:
    with connect(empty_on_server) as other, other.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(CONCAT('dojang migrates ', LEFT(SHA2(DATABASE(), 256), 16)), 0)")
        assert cursor.fetchone() == (1,)
        waiting = threading.Thread(target=upgrade_to_head, args=(empty_on_server,))
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
        assert schema_of(empty_on_server) == {}
    waiting.join(timeout=30)
    assert version(empty_on_server) == HEAD


@pytest.mark.parametrize("nth", [19, pytest.param(1, marks=pytest.mark.slow)], ids=["every nineteenth", "every one"])
def test_a_run_that_broke_at_any_statement_is_completed_by_the_next(empty: str, nth: int) -> None:
    """Breaks after each (nth) statement that changes something, once; each next run gets past it."""
    done: set[str] = set()
    breaks = 0
    with broken_after_each_new_statement(done, nth):
        while version_or_none(empty) != HEAD:
            try:
                upgrade_to_head(empty)
            except PowerCutError:
                breaks += 1
    assert breaks == len(done) // nth
    assert len(done) > 2 * len(LINE)
    finished = schema_of(empty)
    downgrade(empty, "base")
    upgrade_to_head(empty)
    assert finished == schema_of(empty)


def test_a_database_of_another_program_is_left_alone(empty: str) -> None:
    ask(empty, "CREATE TABLE staff (id INT)")
    with pytest.raises(MigrationRefused, match="staff"):
        upgrade_to_head(empty)
    assert list(schema_of(empty)) == ["staff"]


@pytest.mark.slow
def test_a_table_in_use_is_waited_for_only_shortly(empty_on_server: str) -> None:
    """While DDL waits, every later query on the table waits behind it."""
    upgrade_to_head(empty_on_server)
    with connect(empty_on_server) as reader, reader.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT * FROM outbox")
        started = time.monotonic()
        with pytest.raises(OperationalError, match="1205"):
            downgrade(empty_on_server, "0014_audit_log")
        assert time.monotonic() - started < 8


def test_the_alembic_command_works_from_its_ini_file(empty_on_server: str) -> None:
    empty = empty_on_server
    command = [sys.executable, "-m", "alembic", "-x", f"url={empty}"]
    subprocess.run([*command, "upgrade", "head"], cwd=ROOT, check=True)
    assert version(empty) == HEAD
    printed = subprocess.run(
        [*command, "upgrade", "head", "--sql"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert printed.stdout.count("CREATE TABLE") == len(schema_of(empty)) + 1  # alembic_version


class PowerCutError(Exception):
    """Not an error of a database, so that nothing mistakes it for one."""


@contextmanager
def broken_after_each_new_statement(done: set[str], nth: int) -> Iterator[None]:
    """Raises behind each statement, or each nth, that changes something and was not seen before."""

    def cut(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        text = f"{' '.join(statement.split())} {parameters or ''}"
        if text.startswith(("CREATE", "ALTER", "DROP", "INSERT", "UPDATE")) and text not in done:
            done.add(text)
            if len(done) % nth == 0:
                raise PowerCutError

    event.listen(Engine, "after_cursor_execute", cut)
    try:
        yield
    finally:
        event.remove(Engine, "after_cursor_execute", cut)


def version_or_none(url: str) -> str | None:
    try:
        return version(url)
    except Exception:
        return None
