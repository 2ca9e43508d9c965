"""Several workers at once, workers that die, and announcements that break: each message is queued once for each."""

import asyncio
from datetime import timedelta

import pytest

from app.core.metrics import ALARMS
from app.core.replies import Reply
from app.domain.webhooks import judge
from app.flows.relay_outbox import relay_outbox
from app.flows.retain import retain
from app.worker import Worker
from tests.webhooks.receiver import Receiver
from tests.webhooks.telling import LEVEL_UP, Telling

PLANT = """INSERT INTO outbox (id, topic, user_id, payload, attempts, next_at, created_at)
    VALUES (:id, 'season_pass.level_up', :u, :payload, 0, :at, :at)"""


async def plant(telling: Telling, many: int, *, user_id: int, payload: str = "{}") -> None:
    at = telling.world.clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    for number in range(many):
        await telling.world.sql(PLANT, id=f"planted-{payload[:3]}-{number:04d}", u=user_id, payload=payload, at=at)


async def test_workers_beside_each_other_queue_and_send_each_message_once(telling: Telling, receiver: Receiver) -> None:
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    player = await telling.world.player("lee")
    await plant(telling, 60, user_id=player.id)
    handed_on = await asyncio.gather(*(relay_outbox(telling.world.house, limit=7) for _ in range(12)))
    assert sum(map(len, handed_on)) <= 60
    await asyncio.gather(*(telling.tell() for _ in range(4)))
    await telling.tell()
    assert sorted(receiver.ids) == sorted(row[0] for row in await telling.world.rows("SELECT id FROM outbox"))
    assert await telling.world.rows("SELECT COUNT(*) FROM webhook_attempts") == [(60,)]
    assert await telling.world.rows("SELECT COUNT(*) FROM outbox WHERE done_at IS NULL OR next_at IS NOT NULL") == [
        (0,)
    ]


async def test_a_try_belongs_to_one_worker_until_its_lease_ends(telling: Telling, receiver: Receiver) -> None:
    """A worker dies between sending and writing that down: the message is sent again, the same one."""
    world = telling.world
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    await telling.stamp()
    await relay_outbox(world.house)
    now = world.clock.now()
    (zombie,) = await world.house.write(
        lambda k: k.delivery.take(endpoint["id"], now, lease_id="zombie", lease_seconds=60, limit=5)
    )
    await telling.tell(hours=2)
    assert receiver.heard == [], "the business clock ends no lease"
    await world.sql("UPDATE webhook_deliveries SET leased_until = '2025-01-01 00:00:00.000000'")
    await telling.tell()
    assert receiver.ids == [zombie.message_id]
    reply = Reply(500, "HTTP 500", 1)
    late = judge(reply, zombie.retry_no, now, spread=0.0)
    assert not await world.house.write(lambda k: k.delivery.record(zombie, reply, late, now=now))
    delivery = await telling.delivery()
    assert (delivery["state"], delivery["attempts"], len(delivery["tries"])) == ("DELIVERED", 1, 1)
    assert not await world.differences()


async def test_an_announcement_that_breaks_holds_up_no_other(telling: Telling, receiver: Receiver) -> None:
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    player = await telling.world.player("lee")
    await plant(telling, 1, user_id=player.id, payload="no json")
    await plant(telling, 3, user_id=player.id)
    before = ALARMS.labels("outbox_stuck")._value.get()
    await telling.tell()
    assert len(receiver.heard) == 3
    assert ALARMS.labels("outbox_stuck")._value.get() == before + 1
    (stuck,) = await telling.world.rows("SELECT attempts, last_error FROM outbox WHERE done_at IS NULL")
    assert (stuck[0], stuck[1].split(":")[0]) == (1, "ValueError")
    await telling.world.sql("UPDATE outbox SET payload = '{}' WHERE done_at IS NULL")
    await telling.tell(hours=1)
    assert len(receiver.heard) == 4


async def test_an_outbox_that_nobody_empties_raises_an_alarm_and_shows_in_the_metrics(
    sqlite_telling: Telling, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling = sqlite_telling
    monkeypatch.setattr("app.core.alarms._raised_at", {})
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    await receiver.close()
    await telling.stamp()
    await telling.tell()
    await telling.world.sql("UPDATE outbox SET next_at = '2025-12-10 03:00:00', payload = 'no json'")
    telling.world.clock.advance(minutes=7)
    text = await telling.world.metrics()
    assert "dojang_outbox_age_seconds 420.0" in text
    assert 'dojang_webhook_deliveries{state="PENDING"} 1.0' in text
    monkeypatch.setattr("app.flows.relay_outbox.UNTIL_LOOKED_AT", timedelta())
    before = ALARMS.labels("outbox_late")._value.get()
    await telling.world.sql("UPDATE outbox SET next_at = '2025-12-10 03:00:00'")
    monkeypatch.setattr("app.batches.outbox.relay_outbox", _nothing)
    await telling.tell()
    await telling.tell()
    assert ALARMS.labels("outbox_late")._value.get() == before + 1, "once, not each second"


async def _nothing(_house: object) -> list[object]:
    return []


async def test_a_worker_tells_all_the_time_unless_the_job_is_paused(
    sqlite_telling: Telling, receiver: Receiver
) -> None:
    telling = sqlite_telling
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    await telling.desk.ok("POST", "/jobs/webhooks/pause")
    worker = Worker(telling.world.container, jobs=[])
    await worker.start()
    await telling.stamp()
    for _ in range(200):
        if await telling.deliveries():
            break
        await asyncio.sleep(0.02)
    assert receiver.heard == []
    await worker.stop()
    await telling.desk.ok("POST", "/jobs/webhooks/resume")
    worker = Worker(telling.world.container, jobs=[])
    await worker.start()
    for _ in range(200):
        if receiver.heard:
            break
        await asyncio.sleep(0.02)
    await asyncio.wait_for(worker.stop(), 5)
    assert len(receiver.heard) == 1
    assert await telling.desk.refused("POST", "/jobs/webhooks/run") == (409, "JOB_RUNNING")


async def test_what_is_over_is_deleted_after_a_week_and_a_month(telling: Telling, receiver: Receiver) -> None:
    world = telling.world
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    await telling.stamp("told")
    await telling.tell()
    await telling.stamp("untold")
    for days, announcements, deliveries in ((6, 4, 1), (9, 2, 1), (32, 2, 0)):
        day = (world.clock.now() + timedelta(days=days)).date()
        assert await retain(world.house, day, tokens_now=world.clock.now(), goes_on=lambda: True)
        assert await world.rows("SELECT COUNT(*) FROM outbox") == [(announcements,)]
        assert await world.rows("SELECT COUNT(*) FROM webhook_deliveries") == [(deliveries,)]
    assert await world.rows("SELECT COUNT(*) FROM webhook_attempts") == [(0,)]
    assert not await world.differences()
