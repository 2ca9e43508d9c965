"""Hands announcements on: one delivery for each endpoint that wants one, held for an endpoint that is off.

Locks outbox; share-locks endpoints; reads players.

Writes outbox, webhook_deliveries.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.core.alarms import raise_alarm, raise_alarm_seldom
from app.core.errors import AppError
from app.db.values import json_in
from app.domain.event_names import Topic
from app.domain.webhooks import message_of
from app.services import House, Services
from app.services.delivery_service import NewDelivery

CHUNK = 500  # announcements a transaction
# what can't be handed on waits for a person: an order for an endpoint that takes it, what breaks for a repair of ours
UNTIL_LOOKED_AT = timedelta(minutes=10)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """An announcement as the outside reads it."""

    id: str
    topic: str
    user_id: int
    host_id: int
    body: str


async def relay_outbox(house: House, *, limit: int = CHUNK) -> list[Message]:
    """Hands on what is due, `limit` at most, oldest first, and returns it. Any number may run at once.

    Each announcement makes at most one delivery an endpoint, however often this is begun again. One that can't be
    handed on is put off and raises an alarm; the others go on. So is a host's order that no endpoint of the host takes:
    without it a reward would wait for ever.
    """
    now = house.clock.now()
    if not await house.read(lambda keepers: keepers.outbox.is_due(now)):
        return []
    try:
        return await house.write(lambda keepers: _relay(house, keepers, limit))
    except AppError:
        raise
    except Exception:
        return await _relay_singly(house, limit)


async def _relay(house: House, keepers: Services, limit: int) -> list[Message]:
    now = house.clock.now()
    rows = await keepers.outbox.take(now, limit=limit)
    if not rows:
        return []
    names = await keepers.player.known_as({row["user_id"] for row in rows})
    messages = [_message(row, names[row["user_id"]]) for row in rows if row["user_id"] in names]
    endpoints = await keepers.webhook.of_hosts({message.host_id for message in messages})
    deliveries = [
        NewDelivery(
            endpoint.id, message.id, message.topic, message.user_id, message.body, is_held=not endpoint.is_active
        )
        for message in messages
        for endpoint in endpoints
        if endpoint.host_id == message.host_id and endpoint.wants(message.topic)
    ]
    heard = {delivery.message_id for delivery in deliveries if not delivery.is_held}
    # an order that nobody hears waits whole, in the outbox
    kept = [one for one in deliveries if one.topic != Topic.REWARD_ORDERED or one.message_id in heard]
    await keepers.delivery.add(kept, now=now)
    unheard = {m.id for m in messages if m.topic == Topic.REWARD_ORDERED and m.id not in heard}
    if unheard:
        await keepers.outbox.postpone(sorted(unheard), "no endpoint takes orders", until=now + UNTIL_LOOKED_AT)
        raise_alarm_seldom("host_reward_unheard", orders=len(unheard))
    await keepers.outbox.finish([row["id"] for row in rows if row["id"] not in unheard], now=now)
    return [message for message in messages if message.id not in unheard]


def _message(row: Row, known_as: tuple[int, str, str]) -> Message:
    host_id, host, external_id = known_as
    data = {"host": host, "external_id": external_id, "user_id": row["user_id"], **json_in(row["payload"])}
    return Message(row["id"], row["topic"], row["user_id"], host_id, message_of(row["topic"], row["created_at"], data))


async def _relay_singly(house: House, limit: int) -> list[Message]:
    """One of the announcements broke its transaction: each in its own."""
    handed_on: list[Message] = []
    for _ in range(limit):
        try:
            messages = await house.write(lambda keepers: _relay(house, keepers, 1))
        except AppError:
            raise
        except Exception as error:
            await _put_off(house, f"{type(error).__name__}: {error}")
            continue
        if not messages:
            break
        handed_on += messages
    return handed_on


async def _put_off(house: House, reason: str) -> None:
    now = house.clock.now()

    async def work(keepers: Services) -> list[Row]:
        rows = await keepers.outbox.take(now, limit=1)
        await keepers.outbox.postpone([row["id"] for row in rows], reason, until=now + UNTIL_LOOKED_AT)
        return rows

    for row in await house.write(work):
        raise_alarm("outbox_stuck", announcement=row["id"], topic=row["topic"], reason=reason)
