"""Tells the outside what happened: announcements become deliveries, and deliveries are sent."""

from collections.abc import Callable

from app.container import Container
from app.core.alarms import raise_alarm_seldom
from app.flows.deliver_webhooks import deliver_webhooks
from app.flows.relay_outbox import CHUNK, relay_outbox

# some minutes of a settlement's announcements may queue up; what waits longer isn't being handed on
LATE_SECONDS = 300.0


async def relay(container: Container, goes_on: Callable[[], bool]) -> None:
    """Hands on everything that is announced, and raises an alarm when it doesn't keep up."""
    house = container.house
    while goes_on():
        messages = await relay_outbox(house)
        await container.cache.publish([(message.topic, message.body) for message in messages])
        if len(messages) < CHUNK:
            break
    now = house.clock.now()
    age = await house.read(lambda keepers: keepers.outbox.oldest_due_seconds(now))
    if age > LATE_SECONDS:
        raise_alarm_seldom("outbox_late", oldest_seconds=round(age))


async def send(container: Container, goes_on: Callable[[], bool]) -> None:
    """Sends what is due to the hosts' endpoints."""
    await deliver_webhooks(container.house, container.post, goes_on)
