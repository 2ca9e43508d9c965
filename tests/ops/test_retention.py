"""What is over is deleted after the days that are set, written down first, in chunks, and reconcile stays at 0."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.archive import SUMS, Archive, ArchiveBroken
from app.core.time_utils import FixedClock, kst_date
from app.flows import retain_history as flow
from app.flows.retain import retain
from app.flows.retain_history import retain_history
from app.services.audit_service import AdminAct
from tests.events.host import event, one
from tests.fixtures import settings_for
from tests.world import World, key, open_world

ACT = AdminAct("cli:kim", "a year is over", None)
SETTINGS = {"retain_event_log_days": 30, "retain_answers_days": 30, "retain_event_data_days": 30}


@pytest.fixture
async def tidy(database_url: str, clock: FixedClock) -> AsyncIterator[World]:
    """A service whose history is kept for 30 days."""
    async with open_world(settings_for(database_url, **SETTINGS), clock) as world:
        yield world


async def lived_in(world: World) -> None:
    """Plays before and after the day from which things are kept: 2025-12-10, and 45 days later."""
    player = await world.player("kim", ROULETTE_COIN=20)
    for _ in range(3):
        await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    world.clock.advance(days=45)
    headers = await world.token("kim")
    for _ in range(2):
        await world.ok("POST", "/api/roulette/play", headers=headers | key())


async def count(world: World, table: str) -> int:
    [(rows,)] = await world.rows(f"SELECT COUNT(*) FROM {table}")
    return int(rows)


def lines_of(file: Path) -> list[Any]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


async def test_history_older_than_the_setting_goes_and_what_is_left_is_still_explained(
    tidy: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "CHUNK", 2)
    await lived_in(tidy)
    before = {table: await count(tidy, table) for table in ("user_event_log", "idempotency_keys", "wallet_ledger")}
    with Archive(tmp_path, "run") as archive:
        gone = await retain_history(tidy.house, ACT, kst_date(tidy.clock.now()), keep=archive.keep)
    assert gone["user_event_log"] >= 6
    assert gone["idempotency_keys"] == 4, "three plays and what the admin gave"
    for table in ("user_event_log", "idempotency_keys"):
        assert await count(tidy, table) == before[table] - gone[table] > 0
        assert len(lines_of(tmp_path / f"{table}-run.jsonl.gz")) == gone[table]
    assert await count(tidy, "wallet_ledger") == before["wallet_ledger"]
    assert await count(tidy, "game_plays") == 5
    assert await tidy.differences() == {}
    again = await retain_history(tidy.house, ACT, kst_date(tidy.clock.now()))
    assert set(again.values()) == {0}


async def test_reconcile_still_misses_what_was_not_retained(tidy: World) -> None:
    await lived_in(tidy)
    await retain_history(tidy.house, ACT, kst_date(tidy.clock.now()))
    await tidy.sql("DELETE FROM idempotency_keys WHERE operation = 'PLAY'")
    assert set(await tidy.differences()) == {"I6 play has answer"}
    await tidy.sql("DELETE FROM user_event_log WHERE event_type = 'RESULT'")
    assert set(await tidy.differences()) == {"I6 play has answer", "I15 play has events"}


async def test_a_run_that_was_stopped_is_completed_by_the_next(tidy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "CHUNK", 1)
    await lived_in(tidy)
    turns = iter([True, True, False, False, False, False])
    day = kst_date(tidy.clock.now())
    partly = await retain_history(tidy.house, ACT, day, goes_on=lambda: next(turns))
    assert partly == {"user_event_log": 2, "idempotency_keys": 0, "host_events": 0}
    assert await tidy.differences() == {}, "half deleted is explained, too"
    assert (await retain_history(tidy.house, ACT, day))["user_event_log"] >= 4
    assert await tidy.differences() == {}


async def test_without_a_setting_history_is_kept_for_ever(sqlite_world: World) -> None:
    await lived_in(sqlite_world)
    assert await retain_history(sqlite_world.house, ACT, kst_date(sqlite_world.clock.now())) == {}
    assert await sqlite_world.rows("SELECT COUNT(*) FROM admin_audit_log WHERE action = 'HISTORY_DELETED'") == [(0,)]


async def test_what_hosts_said_goes_and_their_events_are_still_known(tidy: World, tmp_path: Path) -> None:
    said = event(1, "note.taken", note="seen")
    first = await one(tidy, said)
    tidy.clock.advance(days=40)
    with Archive(tmp_path, "run") as archive:
        await retain_history(tidy.house, ACT, kst_date(tidy.clock.now()), keep=archive.keep)
    assert await tidy.rows("SELECT data FROM host_events") == [("{}",)]
    [kept] = lines_of(tmp_path / "host_events-run.jsonl.gz")
    assert json.loads(kept["data"]) == {"note": "seen"}
    again = await one(tidy, said)
    assert (first["status"], again["status"]) == ("accepted", "duplicate")


async def test_the_nightly_job_keeps_the_days_that_are_set(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> None:
    settings = settings_for(sqlite_url, retain_announcements_days=10)
    async with open_world(settings, clock) as world:
        player = await world.player("kim", ROULETTE_COIN=2)
        await world.ok("POST", "/api/season-pass/stamp", headers=player.headers | key())
        await world.sql("UPDATE outbox SET done_at = created_at, next_at = NULL")
        rows = await count(world, "outbox")
        for days, left in ((10, rows), (12, 0)):
            day = kst_date(clock.now() + timedelta(days=days))
            with Archive(tmp_path, str(day)) as archive:
                assert await retain(world.house, day, tokens_now=clock.now(), goes_on=lambda: True, keep=archive.keep)
            assert await count(world, "outbox") == left
        file = tmp_path / f"outbox-{kst_date(clock.now() + timedelta(days=12))}.jsonl.gz"
        assert len(lines_of(file)) == rows > 0


def test_an_archive_is_checked_as_sha256sum_checks(tmp_path: Path) -> None:
    for run in ("a", "b"):
        with Archive(tmp_path, run) as archive:
            archive.keep("outbox", [{"id": "1", "payload": "하나"}])
            archive.keep("outbox", [{"id": "2", "payload": None}])
            archive.keep("nothing", [])
    assert [row["id"] for row in lines_of(tmp_path / "outbox-a.jsonl.gz")] == ["1", "2"]
    sums = dict(reversed(line.split("  ")) for line in (tmp_path / SUMS).read_text().splitlines())
    assert sorted(sums) == ["outbox-a.jsonl.gz", "outbox-b.jsonl.gz"]
    for name, digest in sums.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest
    assert (tmp_path / "outbox-a.jsonl.gz").stat().st_mode & 0o077 == 0


async def test_a_row_that_can_not_be_written_down_is_not_deleted(tidy: World, tmp_path: Path) -> None:
    await lived_in(tidy)
    before = await count(tidy, "user_event_log")

    (tmp_path / "user_event_log-run.jsonl.gz").mkdir()  # nobody can write into that
    with Archive(tmp_path, "run") as archive, pytest.raises(ArchiveBroken, match="can't be written"):
        await retain_history(tidy.house, ACT, kst_date(tidy.clock.now()), keep=archive.keep)
    assert await count(tidy, "user_event_log") == before
