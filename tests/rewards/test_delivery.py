"""What can't be delivered yet waits, is tried again with growing pauses, and is delivered once."""

import asyncio

import pytest

from app.batches.scheduler import JOBS_BY_NAME, tick
from app.domain.grants import Grant, RewardState, RewardType
from app.domain.wallet import Reason
from app.flows import host_rewards
from app.flows.deliver_rewards import deliver_rewards
from app.flows.steps import grant_rewards as paying
from tests.admin.desk import Desk, desk_of
from tests.rewards.gifts import give, stands
from tests.world import World

JOB = JOBS_BY_NAME["deliver_rewards"]


@pytest.fixture
async def admin(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def ticks(world: World, *, minutes: float) -> None:
    world.clock.advance(minutes=minutes)
    await tick(world.container, JOB, "test", lambda: True)


async def test_xp_that_met_no_season_is_given_once_a_season_runs(world: World) -> None:
    await world.sql("UPDATE seasons SET is_active = 0, version = 2")
    player = await world.player("park")
    await give(world, player, Grant(RewardType.XP, 30), operation_id="TEST:1")
    waits = []
    for _ in range(4):
        await ticks(world, minutes=1)
        waits.append((await stands(world, "TEST:1"))[:3])
    # due after 1 minute, then 2 more, then 4 more: of four minutes the worker used two
    assert waits == [
        ("PENDING", 2, "NO_ACTIVE_SEASON"), ("PENDING", 2, "NO_ACTIVE_SEASON"),
        ("PENDING", 3, "NO_ACTIVE_SEASON"), ("PENDING", 3, "NO_ACTIVE_SEASON"),
    ]  # fmt: skip
    await world.sql("UPDATE seasons SET is_active = 1, version = 3")
    for _ in range(5):
        await ticks(world, minutes=1)
    assert await stands(world, "TEST:1") == ("GRANTED", 4, None, None)
    assert await world.rows("SELECT current_xp, current_level FROM season_progress") == [(30, 1)]
    xp = "SELECT delta FROM season_xp_ledger WHERE operation_id = 'TEST:1'"
    assert await world.rows(xp) == [(30,)]
    assert not await world.differences()


async def test_the_pauses_grow_to_six_hours(sqlite_world: World) -> None:
    world = sqlite_world
    await world.sql("UPDATE seasons SET is_active = 0, version = 2")
    await give(world, await world.player("park"), Grant(RewardType.XP, 30), operation_id="TEST:1")
    pauses = []
    for _ in range(12):
        due = (await stands(world, "TEST:1"))[3]
        assert due is not None
        world.clock.set(due)
        await deliver_rewards(world.house, goes_on=lambda: True)
        after = (await stands(world, "TEST:1"))[3]
        assert after is not None
        pauses.append((after - due).total_seconds() / 60)
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360]


async def test_a_host_reward_waits_for_its_acknowledgement(world: World, admin: Desk) -> None:
    player = await world.player("park")
    await give(world, player, Grant(RewardType.HOST, 1, code="GIFT_BOX"), operation_id="TEST:1")
    ordered = "SELECT COUNT(*) FROM outbox WHERE topic = 'reward.ordered' AND user_id = :u"
    assert await stands(world, "TEST:1") == ("PENDING", 1, None, None)
    assert await world.rows(ordered, u=player.id) == [(1,)]

    failed = await host_rewards.fail_host_reward(world.house, "TEST:1", "503 from the host", is_final=False)
    assert (failed, await stands(world, "TEST:1")) == ("PENDING", ("PENDING", 2, "503 from the host", None))
    await host_rewards.fail_host_reward(world.house, "TEST:1", "gave up", is_final=True)
    assert await stands(world, "TEST:1") == ("FAILED", 3, "gave up", None)
    row = (await admin.get("/rewards", state="FAILED"))["items"][0]
    assert (await admin.ok("POST", f"/rewards/{row['id']}/retry"))["state"] == "PENDING"
    assert await world.rows(ordered, u=player.id) == [(2,)]

    states = await asyncio.gather(*(host_rewards.confirm_host_reward(world.house, "TEST:1") for _ in range(4)))
    assert states == [RewardState.GRANTED] * 4
    assert await host_rewards.fail_host_reward(world.house, "TEST:1", "late", is_final=True) is RewardState.GRANTED
    events = "SELECT event_type, COUNT(*) FROM user_event_log WHERE reference = 'TEST:1' GROUP BY event_type"
    assert dict(await world.rows(events)) == {"REWARD_PENDING": 2, "REWARD_FAILED": 1, "REWARD_GRANTED": 1}

    await admin.ok("POST", f"/rewards/{row['id']}/reverse")
    assert await host_rewards.confirm_host_reward(world.house, "TEST:1") is RewardState.REVERSED
    topics = "SELECT COUNT(*) FROM outbox WHERE topic = 'reward.reversed'"
    assert await world.rows(topics) == [(1,)]
    assert not await world.differences()


async def test_items_badges_and_xp_are_there_at_once_and_go_at_once(world: World, admin: Desk) -> None:
    player = await world.player("park")
    grants = (Grant(RewardType.ITEM, 3, code="SNOWBALL"), Grant(RewardType.BADGE, 1, code="EARLY"))
    states = await give(world, player, *grants, Grant(RewardType.XP, 5), operation_id="TEST:1")
    assert states == (RewardState.GRANTED,) * 3
    rows = {row["reward_type"]: row["id"] for row in (await admin.get("/rewards", user_id=player.id))["items"]}
    assert (await admin.ok("POST", f"/rewards/{rows['ITEM']}/reverse"))["state"] == "REVERSED"
    assert (await admin.ok("POST", f"/rewards/{rows['XP']}/reverse"))["state"] == "REVERSED"
    status = await world.ok("GET", "/api/season-pass/status", headers=player.headers)
    assert status["progress"]["current_xp"] == 0
    assert not await world.differences()


async def test_a_delivery_that_breaks_fails_alone(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world, real = sqlite_world, paying.give_xp
    await world.sql("UPDATE seasons SET is_active = 0, version = 2")
    player = await world.player("park")
    for number in (1, 2, 3):
        await give(world, player, Grant(RewardType.XP, number), operation_id=f"TEST:{number}")
    await world.sql("UPDATE seasons SET is_active = 1, version = 3")

    def broken(decision: object, amount: int, **more: object) -> object:
        if amount == 2:
            raise RuntimeError("planted")
        return real(decision, amount, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(paying, "give_xp", broken)
    await ticks(world, minutes=2)
    found = [(await stands(world, f"TEST:{number}"))[:3] for number in (1, 2, 3)]
    assert found == [("GRANTED", 2, None), ("FAILED", 2, "RuntimeError"), ("GRANTED", 2, None)]
    monkeypatch.undo()
    desk = await desk_of(world, "kim@example.com", "admin")
    row = (await desk.get("/rewards", state="FAILED"))["items"][0]
    assert (await desk.ok("POST", f"/rewards/{row['id']}/retry"))["state"] == "GRANTED"
    assert not await world.differences()


async def test_an_unknown_operation_is_no_reward_of_the_host(sqlite_world: World) -> None:
    player = await sqlite_world.player("park")
    await give(sqlite_world, player, Grant(RewardType.POINT, 5), operation_id="TEST:1", reason=Reason.ADMIN_GRANT)
    for name in ("TEST:1", "TEST:2"):
        with pytest.raises(Exception, match="REWARD_NOT_FOUND"):
            await host_rewards.confirm_host_reward(sqlite_world.house, name)
