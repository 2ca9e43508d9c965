"""Reconcile of what is told: one planted violation makes exactly its own check fire."""

import pytest

from app.domain.event_names import Topic
from app.services.reconcile.outbox_checks import ANNOUNCED
from tests.planting import noted
from tests.webhooks.receiver import Receiver
from tests.webhooks.telling import LEVEL_UP, Telling

PLANTED: dict[str, str] = {
    "I20 announced once": "DELETE FROM outbox WHERE topic = 'reward.granted' AND user_id = :u",
    "I20 delivery = tries": "UPDATE webhook_attempts SET status = 500",
    "I20 delivery has its time": "UPDATE webhook_deliveries SET finished_at = NULL",
    "I20 told to its host": "UPDATE user_profiles SET host_id = (SELECT MAX(id) FROM hosts) WHERE id = :u",
}


def test_everything_that_is_announced_is_compared_with_its_event() -> None:
    assert {*ANNOUNCED.values(), Topic.REWARD_ORDERED} == set(Topic)


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(
    telling: Telling, receiver: Receiver, check: str
) -> None:
    world, now = telling.world, telling.world.clock.now()
    await noted(world.house, "host:other", lambda keepers: keepers.identity.add_host("other", "Other", now=now))
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    await telling.stamp("first")
    world.clock.advance(minutes=1)
    player = await telling.stamp()
    await telling.tell()
    assert not await world.differences(), "an honest history has no differences"
    await world.sql(PLANTED[check], **({"u": player.id} if ":u" in PLANTED[check] else {}))
    assert list(await world.differences()) == [check]
