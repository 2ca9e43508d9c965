"""A backup of SQLite is whole while the service writes, is checked before it comes back, and overwrites nothing."""

from __future__ import annotations

import asyncio
import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.db.copies import (
    MANIFEST,
    SQLITE_COPY,
    CopyRefused,
    Manifest,
    Position,
    back_up_sqlite,
    read_manifest,
    restore_sqlite,
    sha256_of,
    write_manifest,
)
from app.db.schema import HEAD
from app.db.server_copies import BINLOGS, DUMP, POSITION, Server, _binlogs_from, restore_server
from tests.fixtures import demo_data
from tests.world import World, key

AT = "2026-01-01T04:00:00+09:00"


def file_of(world: World) -> Path:
    return Path(str(world.house.settings.database_url).removeprefix("sqlite+aiosqlite:///"))


async def test_what_was_answered_before_the_backup_is_in_it_and_the_service_goes_on(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    player = await world.player("kim", ROULETTE_COIN=30)

    async def play() -> None:
        await world.ok("POST", "/api/roulette/play", headers=player.headers | key())

    for _ in range(5):
        await play()
    copying = asyncio.to_thread(back_up_sqlite, file_of(world), tmp_path / "copy", made_at=AT)
    manifest, *_ = await asyncio.gather(copying, *(play() for _ in range(10)))
    assert (manifest.schema, manifest.made_at) == (HEAD, AT)
    assert await world.rows("SELECT COUNT(*) FROM game_plays") == [(15,)]
    restored = tmp_path / "restored.db"
    await asyncio.to_thread(restore_sqlite, tmp_path / "copy", restored)
    with closing(sqlite3.connect(restored)) as copy:
        [(plays,)] = copy.execute("SELECT COUNT(*) FROM game_plays")
        [(answers,)] = copy.execute("SELECT COUNT(*) FROM idempotency_keys WHERE operation = 'PLAY'")
    assert 5 <= plays == answers <= 15, "whole transactions"


def test_at_a_terminal_a_lost_demo_comes_back(tmp_path: Path) -> None:
    data, copy = tmp_path / "demo", tmp_path / "copy"
    demo_data(data)

    def run(*command: str) -> Result:
        return CliRunner().invoke(app, ["ops", *command, "--data", str(data)])

    assert run("seed").exit_code == 0
    made = run("backup", str(copy))
    assert made.exit_code == 0, made.output
    assert HEAD in made.stdout
    again = run("backup", str(copy))
    assert (again.exit_code, "a backup in" in again.output) == (1, True)
    occupied = run("restore", str(copy))
    assert (occupied.exit_code, "move it away first" in occupied.output) == (1, True)
    for file in data.glob("dojang.db*"):
        file.unlink()
    assert run("restore", str(copy)).exit_code == 0
    assert run("reconcile").exit_code == 0
    assert run("seed").stdout.strip() == "added: nothing, all was there"
    assert run("backup", str(copy), "--binlogs").exit_code == 1
    assert run("restore", str(copy), "--until", "yesterday").exit_code == 2


@pytest.fixture
def copy(sqlite_url: str, tmp_path: Path) -> Path:
    """A backup of an empty database."""
    folder = tmp_path / "copy"
    back_up_sqlite(Path(sqlite_url.removeprefix("sqlite+aiosqlite:///")), folder, made_at=AT)
    return folder


def test_a_copy_that_was_changed_is_refused_and_nothing_is_written(copy: Path, tmp_path: Path) -> None:
    with (copy / SQLITE_COPY).open("ab") as file:
        file.write(b"x")
    with pytest.raises(CopyRefused, match="checksum differs"):
        restore_sqlite(copy, tmp_path / "target.db")
    (copy / SQLITE_COPY).unlink()
    with pytest.raises(CopyRefused, match="missing"):
        restore_sqlite(copy, tmp_path / "target.db")
    (copy / MANIFEST).unlink()
    with pytest.raises(CopyRefused, match="no backup"):
        restore_sqlite(copy, tmp_path / "target.db")
    assert not (tmp_path / "target.db").exists()


def test_the_leftovers_of_the_lost_database_are_not_mixed_in(copy: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.db"
    leftover = target.with_name("target.db-wal")
    leftover.write_bytes(b"of another database")
    restore_sqlite(copy, target)
    assert not leftover.exists()


def test_only_the_owner_may_read_a_backup(copy: Path) -> None:
    assert (copy / SQLITE_COPY).stat().st_mode & 0o077 == 0
    assert copy.stat().st_mode & 0o077 == 0


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE x (y)")
    with pytest.raises(CopyRefused, match="never migrated"):
        back_up_sqlite(tmp_path / "other.db", tmp_path / "copy", made_at=AT)
    assert not (tmp_path / "copy" / MANIFEST).exists()


@pytest.mark.parametrize(
    "line",
    [
        b"-- CHANGE MASTER TO MASTER_LOG_FILE='b.000002', MASTER_LOG_POS=344;",
        b"-- CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='b.000002', SOURCE_LOG_POS=344;",
    ],
)
def test_the_position_is_read_in_the_words_of_either_server(line: bytes) -> None:
    found = POSITION.search(line)
    assert found is not None
    assert (found[1], found[2]) == (b"b.000002", b"344")


def test_binlogs_are_taken_from_the_position_on_without_a_gap_and_the_longer_copy_wins(tmp_path: Path) -> None:
    copied, survived = tmp_path / "copied", tmp_path / "survived"
    for folder, names in ((copied, "b.000001 b.000002 b.000003"), (survived, "b.000003 b.000004 b.index")):
        folder.mkdir()
        for name in names.split():
            (folder / name).write_bytes(b"x" * (9 if folder == survived else 5))
    files = _binlogs_from(Position("b.000002", 4), [copied, survived])
    assert [file.relative_to(tmp_path).as_posix() for file in files] == [
        "copied/b.000002", "survived/b.000003", "survived/b.000004"
    ]  # fmt: skip
    (copied / "b.000003").unlink()
    (survived / "b.000003").unlink()
    with pytest.raises(CopyRefused, match="binlog 000003 is missing"):
        _binlogs_from(Position("b.000002", 4), [copied, survived])
    assert _binlogs_from(None, [copied]) == []


@pytest.mark.parametrize(("version", "starts"), [("8.4.3", ["--skip-gtids"]), ("10.11.6-MariaDB", [])])
def test_on_mysql_what_is_replayed_counts_as_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, starts: list[str]
) -> None:
    """Otherwise the server that wrote the events passes over the numbers it knows, and says nothing."""
    programs, folder, asked = tmp_path / "programs", tmp_path / "backup", tmp_path / "asked"
    client = f'#!/bin/sh\ncase "$*" in *VERSION*) echo {version};; *COUNT*) echo 0;; *) /bin/cat >/dev/null;; esac\n'
    recorder = f'#!/bin/sh\necho "$@" >> {asked}\n'
    programs.mkdir()
    for name in ("mysql", "mysqlbinlog", "mariadb-binlog"):
        (programs / name).write_text(client if name == "mysql" else recorder)
        (programs / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(programs))
    (folder / BINLOGS).mkdir(parents=True)
    (folder / DUMP).write_bytes(gzip.compress(b"SELECT 1;"))
    (folder / BINLOGS / "b.000001").write_bytes(b"x")
    files = {name: sha256_of(folder / name) for name in (DUMP, f"{BINLOGS}/b.000001")}
    write_manifest(folder, Manifest(AT, version, "dojang", HEAD, Position("b.000001", 4), files))
    restore_server(Server("mysql+aiomysql://root@127.0.0.1/dojang"), folder)
    assert asked.read_text().split()[:-2] == [*starts, "--database=dojang"]


def test_a_manifest_says_what_the_backup_is(copy: Path) -> None:
    facts = json.loads((copy / MANIFEST).read_text())
    assert set(facts) == {"made_at", "server", "database", "schema", "position", "files"}
    assert read_manifest(copy).position is None
