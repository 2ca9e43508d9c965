"""The operators' log: whatever is changed in it after it was sealed is seen."""

import json

import pytest

from app.batches.scheduler import JOBS_BY_NAME, register, tick
from app.db.values import known_instant_in
from tests.admin.desk import desk_of
from tests.world import World

CHECK = "I21 log is as sealed"
ROW = "(SELECT id FROM (SELECT id FROM admin_audit_log ORDER BY id LIMIT 1 OFFSET {n}) x)"
TAMPERINGS = {
    "an act was edited": (f"UPDATE admin_audit_log SET reason = 'another' WHERE id = {ROW.format(n=1)}",),
    "an act is gone": (f"DELETE FROM admin_audit_log WHERE id = {ROW.format(n=1)}",),
    "the newest sealed act is gone": (
        "DELETE FROM admin_audit_log WHERE id = (SELECT MAX(through_id) FROM audit_seals)",
    ),
    "an act was slipped in": (
        """INSERT INTO admin_audit_log (id, actor, action, target, reason, created_at)
           VALUES (0, 'a', 'B', 'c', 'd', '2025-12-10 00:00:00.000000')""",
    ),
    "a seal is gone": ("DELETE FROM audit_seals WHERE id = 1",),
    "the chain was cut": ("UPDATE audit_seals SET through_id = 0, acts = 0 WHERE id = 1",),
}


async def sealed(world: World) -> None:
    """Some acts under two seals, by the worker's own job."""
    desk = await desk_of(world, "kim@example.com", "admin")
    player = await world.player("ann")
    await register(world.container)
    for _ in range(2):
        for amount in (1, 2, 3):
            await desk.grant(player.id, amount)
        world.clock.advance(minutes=11)
        await tick(world.container, JOBS_BY_NAME["reconcile"], "worker", lambda: True)
    assert await world.rows("SELECT id, acts FROM audit_seals ORDER BY id") == [(1, 5), (2, 3)]


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_tampering_is_seen(sqlite_world: World, tampering: str) -> None:
    await sealed(sqlite_world)
    assert not await sqlite_world.differences()
    for statement in TAMPERINGS[tampering]:
        await sqlite_world.sql(statement)
    assert CHECK in await sqlite_world.differences()


async def test_who_seals_an_edited_act_anew_breaks_the_next_seal(world: World) -> None:
    await sealed(world)
    await world.sql(f"UPDATE admin_audit_log SET reason = 'another' WHERE id = {ROW.format(n=1)}")
    assert [line[0] for line in (await world.differences())[CHECK]] == ["1"]
    await world.sql("UPDATE audit_seals SET chain_hash = :hash WHERE id = 1", hash=await own_hash(world))
    assert [line[0] for line in (await world.differences())[CHECK]] == ["2"]


async def own_hash(world: World) -> str:
    """What the first seal would be over the acts as they stand now, made by the keeper itself in an empty table."""
    now = world.clock.now()
    rows = await world.rows("SELECT id, through_id, acts, chain_hash FROM audit_seals ORDER BY id")
    [(settled_by,)] = await world.rows("SELECT MAX(created_at) FROM admin_audit_log WHERE id <= :n", n=rows[0][1])
    await world.sql("DELETE FROM audit_seals")
    when = known_instant_in(settled_by)
    seal = await world.house.write(lambda keepers: keepers.audit.seal(settled_by=when, now=now))
    assert seal is not None
    await world.sql("DELETE FROM audit_seals")
    for id_, through, acts, chain_hash in rows:
        await world.sql(
            "INSERT INTO audit_seals VALUES (:i, :t, :a, :h, '2025-12-10 00:00:00.000000')",
            i=id_, t=through, a=acts, h=chain_hash,
        )  # fmt: skip
    return seal.chain_hash


async def test_an_act_of_this_minute_waits_and_each_seal_is_logged(
    sqlite_world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    world = sqlite_world
    await desk_of(world, "kim@example.com", "admin")
    await register(world.container)
    await tick(world.container, JOBS_BY_NAME["reconcile"], "worker", lambda: True)
    assert await world.rows("SELECT COUNT(*) FROM audit_seals") == [(0,)], "an earlier one may join it"
    world.clock.advance(minutes=11)
    await tick(world.container, JOBS_BY_NAME["reconcile"], "worker", lambda: True)
    [logged] = [json.loads(line) for line in capfd.readouterr().err.splitlines() if '"audit_sealed"' in line]
    assert await world.rows("SELECT id, chain_hash FROM audit_seals") == [(logged["seal"], logged["chain_hash"])]
