"""The operators' log: each act is chained and marked as it is stored, and whatever is changed or added is seen."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from app.batches import seals
from app.batches.scheduler import JOBS_BY_NAME, STANDING, register, step, tick
from app.core.audit_marks import chained
from app.core.seal_witnesses import append
from app.core.time_utils import FixedClock
from app.domain.jobs import AUDIT_SEALS, MUST_RUN
from app.flows.seal_audit import Comparison, KeptSeal, compare_seals, seals_after, told
from tests.admin.desk import desk_of
from tests.fixtures import settings_for
from tests.planting import honest
from tests.webhooks.receiver import listening
from tests.world import World, open_world

CHECK = "I21 log is as sealed"
NTH = "(SELECT id FROM (SELECT id FROM admin_audit_log ORDER BY id LIMIT 1 OFFSET {n}) x)"
NEWEST = "(SELECT id FROM (SELECT MAX(id) AS id FROM admin_audit_log) x)"
SLIP_IN = """
    INSERT INTO admin_audit_log (id, actor, action, target, reason, created_at, chain_hash, mark)
    SELECT {id}, actor, action, target, reason, created_at, {chain}, {mark} FROM admin_audit_log WHERE id = {like}
"""
JOB = next(one for one in STANDING if one.name == AUDIT_SEALS)
TAMPERINGS = {
    "a sealed act was edited": f"UPDATE admin_audit_log SET reason = 'another' WHERE id = {NTH.format(n=1)}",
    "the newest act was edited": f"UPDATE admin_audit_log SET reason = 'another' WHERE id = {NEWEST}",
    "an act is gone": f"DELETE FROM admin_audit_log WHERE id = {NTH.format(n=1)}",
    "the newest sealed act is gone": "DELETE FROM admin_audit_log WHERE id = (SELECT MAX(through_id) FROM audit_seals)",
    "the newest act is gone": f"DELETE FROM admin_audit_log WHERE id = {NEWEST}",
    "an act was slipped in before the first": SLIP_IN.format(id=0, chain="NULL", mark="NULL", like=NEWEST),
    "an act was added": SLIP_IN.format(id="NULL", chain="NULL", mark="NULL", like=NEWEST),
    "an act was added with hash and mark of another": SLIP_IN.format(
        id="NULL", chain="chain_hash", mark="mark", like=NEWEST
    ),
    "a seal is gone": "DELETE FROM audit_seals WHERE id = 1",
    "a seal was changed": "UPDATE audit_seals SET chain_hash = CONCAT('x', SUBSTR(chain_hash, 2)) WHERE id = 1",
    "a seal was added": """INSERT INTO audit_seals
        SELECT 3, through_id, acts, chain_hash, created_at, mark FROM audit_seals WHERE id = 2""",
    "the head was moved": "UPDATE audit_head SET chain_hash = CONCAT('x', SUBSTR(chain_hash, 2))",
}


async def run_seals(world: World) -> None:
    await step(world.container, JOB, lambda: True)


async def lived_in(world: World) -> None:
    """Acts under two seals, by the worker's own job, and one that is not sealed yet."""
    desk = await desk_of(world, "kim@example.com", "admin")
    player = await world.player("ann")
    await register(world.container)
    for _ in range(2):
        for amount in (1, 2, 3):
            await desk.grant(player.id, amount)
        await run_seals(world)
    await desk.grant(player.id, 4)
    assert [row[0] for row in await world.rows("SELECT id FROM audit_seals ORDER BY id")] == [1, 2]


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_tampering_is_seen_and_makes_no_other_check_fire(world: World, tampering: str) -> None:
    await honest(world, lived_in)
    await world.sql(TAMPERINGS[tampering])
    assert list(await world.differences()) == [CHECK] or tampering.endswith("is gone")
    assert CHECK in await world.differences()


async def test_who_computes_the_chain_anew_lacks_the_marks(world: World) -> None:
    """The hash is everybody's, the mark is not: it needs a key that never reaches the database."""
    await honest(world, lived_in)
    [(head,)] = await world.rows("SELECT chain_hash FROM audit_head")
    now = world.clock.now()
    act: dict[str, Any] = {
        "actor": "cli:root", "action": "STAFF_ADDED", "target": "staff:mallory", "reason": "r", "before": None,
        "after": '{"scopes":["admin"]}', "request_id": None, "created_at": now,
    }  # fmt: skip
    await world.sql(
        "INSERT INTO admin_audit_log (actor, action, target, reason, after, created_at, chain_hash, mark) VALUES"
        " ('cli:root', 'STAFF_ADDED', 'staff:mallory', 'r', :after, :now, :chain, :chain)",
        after=act["after"], now=now.strftime("%Y-%m-%d %H:%M:%S.%f"), chain=chained(head, act),
    )  # fmt: skip
    await world.sql("UPDATE audit_head SET chain_hash = :chain", chain=chained(head, act))
    assert list(await world.differences()) == [CHECK]


async def test_what_is_broken_is_not_sealed_and_an_alarm_says_so(
    world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await honest(world, lived_in)
    await world.sql(TAMPERINGS["an act was added"])
    raised: list[str] = []
    monkeypatch.setattr(seals, "raise_alarm_seldom", lambda name, **_: raised.append(name))
    await seals.seal(world.container, lambda: True)
    assert raised == ["audit_broken"]
    assert await world.rows("SELECT COUNT(*) FROM audit_seals") == [(2,)]


async def test_an_act_is_sealed_within_seconds_and_each_seal_is_logged(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    assert JOB.every_seconds <= 5
    await desk_of(world, "kim@example.com", "admin")
    await register(world.container)
    await run_seals(world)
    await run_seals(world)
    [logged] = [json.loads(line) for line in capfd.readouterr().err.splitlines() if '"audit_sealed"' in line]
    assert await world.rows("SELECT id, chain_hash FROM audit_seals") == [(logged["seal"], logged["chain_hash"])]
    newest = await world.rows("SELECT MAX(id) FROM admin_audit_log")
    assert [(logged["through"],)] == newest


async def test_acts_of_many_at_once_are_one_chain(world: World) -> None:
    """Those who meet at the head wait for one another; nobody is refused and nothing is stored twice."""
    desks = [await desk_of(world, f"op{n}@example.com", "admin") for n in range(8)]
    players = [await world.player(f"p{n}") for n in range(4)]
    await asyncio.gather(
        *(desk.grant(player.id, n + 1) for n, desk in enumerate(desks) for player in reversed(players))
    )
    assert not await world.differences()
    granted = "SELECT COUNT(*) FROM admin_audit_log WHERE action = 'WALLET_GRANTED' AND actor LIKE 'staff:op%'"
    assert await world.rows(granted) == [(32,)]


@pytest.mark.parametrize("scope", ["admin", "ops"])
@pytest.mark.parametrize("job", sorted(MUST_RUN))
async def test_nobody_pauses_the_jobs_that_watch_operators(sqlite_world: World, job: str, scope: str) -> None:
    desk = await desk_of(sqlite_world, "kim@example.com", scope)
    await register(sqlite_world.container)
    assert await desk.refused("POST", f"/jobs/{job}/pause") == (409, "JOB_MUST_RUN")
    assert {row["job"] for row in (await desk.get("/jobs"))["items"] if row["must_run"]} == MUST_RUN


async def test_seals_leave_the_machine_by_file_and_by_address(
    database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    file = tmp_path / "seals.jsonl"
    async with (
        listening() as receiver,
        open_world(
            settings_for(database_url, audit_seals_file=file, audit_seals_url=receiver.url, webhook_allow_private=True),
            clock,
        ) as world,
    ):
        await lived_in(world)
        await run_seals(world)
        stored = await world.rows("SELECT id, chain_hash, mark FROM audit_seals ORDER BY id")
    written = [json.loads(line) for line in file.read_text().splitlines()]
    told = [json.loads(call.body) for call in receiver.heard]
    assert written == told
    assert [(one["seal"], one["chain_hash"], one["mark"]) for one in written] == stored


async def test_a_place_that_could_not_be_told_is_told_later_and_an_alarm_names_it(
    database_url: str, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[dict[str, Any]] = []
    monkeypatch.setattr(seals, "raise_alarm_seldom", lambda name, **facts: raised.append({"name": name} | facts))
    folder = tmp_path / "mounted later"
    settings = settings_for(database_url, audit_seals_file=folder / "seals")
    async with open_world(settings, clock) as world:
        await lived_in(world)
        assert {(one["name"], one["place"]) for one in raised} == {("seal_not_told", "file")}
        folder.mkdir()
        await run_seals(world)
    lines = (folder / "seals").read_text().splitlines()
    assert [json.loads(line)["seal"] for line in lines] == [1, 2, 3], "each that was made meanwhile"


def test_behind_a_line_that_was_cut_a_new_one_begins(tmp_path: Path) -> None:
    file = tmp_path / "seals"
    file.write_text('{"seal": 1}\n{"se')
    append(file, '{"seal": 3}')
    append(file, '{"seal": 4}')
    assert file.read_text().splitlines() == ['{"seal": 1}', '{"se', '{"seal": 3}', '{"seal": 4}']


async def test_copies_outside_contradict_who_rewrites_everything(sqlite_world: World) -> None:
    """`ops seals` asks this: the owner of the database can make hash and seal anew, but not what was told."""
    world = sqlite_world
    await lived_in(world)
    kept = [KeptSeal.model_validate(told(seal)) for seal in await seals_after(world.house, 0)]
    assert await compare_seals(world.house, kept) == Comparison([], [], [])
    assert (await compare_seals(world.house, kept[1:])).not_kept == [1]
    await world.sql(TAMPERINGS["a sealed act was edited"])
    assert not (await compare_seals(world.house, kept)).is_fine, "the acts are looked at, too"
    await world.sql("UPDATE audit_seals SET chain_hash = CONCAT('x', SUBSTR(chain_hash, 2)) WHERE id = 2")
    assert [seal.seal for seal in (await compare_seals(world.house, kept)).contradicted] == [2]
    await world.sql("DELETE FROM audit_seals")
    assert (await compare_seals(world.house, kept)).contradicted == kept


@pytest.mark.parametrize("job", sorted(MUST_RUN))
async def test_who_pauses_them_in_the_table_has_paused_nothing(sqlite_world: World, job: str) -> None:
    await register(sqlite_world.container)
    await sqlite_world.sql("UPDATE job_controls SET is_paused = 1")
    await desk_of(sqlite_world, "kim@example.com", "admin")
    await run_seals(sqlite_world)
    await tick(sqlite_world.container, JOBS_BY_NAME["reconcile"], "worker", lambda: True)
    done = "SELECT COUNT(*) FROM audit_seals" if job == AUDIT_SEALS else "SELECT COUNT(*) FROM job_runs"
    assert await sqlite_world.rows(done) == [(1,)]


async def test_who_unblocks_a_player_in_the_table_is_found(world: World) -> None:
    desk, player = await desk_of(world, "kim@example.com", "admin"), await world.player("ann")
    await desk.ok("POST", f"/players/{player.id}/block", version="*")
    assert not await world.differences()
    await world.sql("UPDATE user_profiles SET is_blocked = 0")
    assert list(await world.differences()) == ["I21 rights are as told"]
    await desk.ok("POST", f"/players/{player.id}/unblock", version="*")
    assert not await world.differences()
