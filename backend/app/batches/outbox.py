"""Tells the outside what happened: announcements become deliveries, and deliveries are sent."""

from collections.abc import Callable

from pydantic_core import from_json

from app.container import Container
from app.core.alarms import raise_alarm_seldom
from app.core.replies import Reply
from app.domain.event_names import Topic
from app.domain.webhooks import DeliveryState, Verdict
from app.flows.deliver_webhooks import deliver_webhooks
from app.flows.host_rewards import confirm_host_reward, fail_host_reward
from app.flows.relay_outbox import CHUNK, relay_outbox
from app.services import House
from app.services.delivery_service import Taken

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
    """Sends what is due to the hosts' endpoints, and heeds what they say to the rewards that were ordered from them."""

    async def heed(taken: Taken, reply: Reply, verdict: Verdict) -> None:
        if taken.topic == Topic.REWARD_ORDERED:
            await _heed_order(container.house, taken, reply, verdict)

    await deliver_webhooks(container.house, container.post, goes_on, heed)


async def _heed_order(house: House, taken: Taken, reply: Reply, verdict: Verdict) -> None:
    """Accepted = delivered. Given up, the reward is FAILED until an operator retries it."""
    operation_id = from_json(taken.body)["data"]["operation_id"]
    if reply.is_accepted:
        await confirm_host_reward(house, operation_id)
        return
    is_final = verdict.state is DeliveryState.DEAD
    await fail_host_reward(house, operation_id, reply.error or "refused", is_final=is_final)
