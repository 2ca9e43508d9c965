"""What happens while an endpoint is off is kept for it: sent when it is on again, or by a replay, once for each id."""

import asyncio
from datetime import timedelta

from app.flows.relay_outbox import relay_outbox
from app.flows.retain import retain
from tests.webhooks.receiver import Receiver
from tests.webhooks.telling import LEVEL_UP, Telling


async def off(telling: Telling, endpoint_id: int) -> None:
    await telling.desk.ok("POST", f"/webhooks/{endpoint_id}/disable", version="*")


async def on(telling: Telling, endpoint_id: int, **more: object) -> None:
    await telling.desk.ok("POST", f"/webhooks/{endpoint_id}/enable", dict(more), version="*")


async def told_while_off(telling: Telling, endpoint_id: int, *names: str) -> list[str]:
    """The ids of what happened while it was off, in order."""
    await off(telling, endpoint_id)
    for name in names:
        await telling.stamp(name)
        telling.world.clock.advance(seconds=1)
    await telling.tell()
    rows = await telling.world.rows("SELECT id FROM outbox WHERE topic = :t ORDER BY id", t=LEVEL_UP)
    return [row[0] for row in rows]


async def test_what_was_missed_is_sent_once_and_in_order_when_it_is_on_again(
    telling: Telling, receiver: Receiver
) -> None:
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    missed = await told_while_off(telling, endpoint["id"], "a", "b", "c")
    assert receiver.heard == []
    assert [one["state"] for one in await telling.deliveries()] == ["HELD"] * 3
    assert (await telling.desk.get(f"/webhooks/{endpoint['id']}"))["deliveries"]["HELD"] == 3
    await on(telling, endpoint["id"], send_missed=True)
    await telling.tell()
    await telling.tell(hours=2)
    assert sorted(receiver.ids) == missed, "each once, under its own webhook-id"
    queued = await telling.world.rows("SELECT message_id FROM webhook_deliveries ORDER BY id")
    assert [row[0] for row in queued] == missed, "in the order in which it happened"
    await telling.stamp("d")
    await telling.tell()
    assert len(receiver.ids) == len(set(receiver.ids)) == 4
    assert not await telling.world.differences()


async def test_what_was_skipped_stays_for_a_replay(telling: Telling, receiver: Receiver) -> None:
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    missed = await told_while_off(telling, endpoint["id"], "a", "b")
    await on(telling, endpoint["id"])
    await telling.stamp("c")
    await telling.tell()
    assert len(receiver.ids) == 1
    now = telling.world.clock.now()
    span = {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=1)).isoformat()}
    answer = await telling.desk.ok("POST", f"/webhooks/{endpoint['id']}/replay", {**span, "states": ["HELD"]})
    assert answer == {"replayed": 2}
    await telling.tell()
    assert sorted(receiver.ids[1:]) == missed
    again = await telling.desk.ok("POST", f"/webhooks/{endpoint['id']}/replay", {**span, "states": ["HELD"]})
    assert again == {"replayed": 0}
    assert not await telling.world.differences()


async def test_an_order_for_an_endpoint_that_is_off_waits_as_before(telling: Telling, receiver: Receiver) -> None:
    """A host's order is held for nobody: it waits in the outbox, with its alarm, and reaches whoever is on first."""
    endpoint = await telling.endpoint(receiver)
    await off(telling, endpoint["id"])
    player = await telling.world.player("lee")
    at = telling.world.clock.now().strftime("%Y-%m-%d %H:%M:%S.%f")
    await telling.world.sql(
        "INSERT INTO outbox (id, topic, user_id, payload, attempts, next_at, created_at)"
        " VALUES ('order', 'reward.ordered', :u, '{}', 0, :at, :at)",
        u=player.id,
        at=at,
    )
    await telling.tell()
    assert await telling.world.rows("SELECT attempts, done_at FROM outbox WHERE id = 'order'") == [(1, None)]
    assert await telling.world.rows("SELECT COUNT(*) FROM webhook_deliveries WHERE message_id = 'order'") == [(0,)]


async def test_nothing_is_left_behind_when_it_is_switched_on_while_news_is_handed_on(
    telling: Telling, receiver: Receiver
) -> None:
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    await off(telling, endpoint["id"])
    for n in range(6):
        await telling.stamp(f"p{n}")
    await asyncio.gather(
        *(relay_outbox(telling.world.house, limit=2) for _ in range(6)), on(telling, endpoint["id"], send_missed=True)
    )
    await telling.tell()
    await telling.tell(hours=1)
    assert len(receiver.ids) == len(set(receiver.ids)) == 6


async def test_what_nobody_asked_for_goes_after_a_month(telling: Telling, receiver: Receiver) -> None:
    world = telling.world
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    await told_while_off(telling, endpoint["id"], "a")
    for days, left in ((29, 1), (32, 0)):
        day = (world.clock.now() + timedelta(days=days)).date()
        assert await retain(world.house, day, tokens_now=world.clock.now(), goes_on=lambda: True)
        assert await world.rows("SELECT COUNT(*) FROM webhook_deliveries") == [(left,)]
