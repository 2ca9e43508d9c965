"""Where a reward stands is told twice: in the player's own log, and through the outbox to the host and the stream."""

from app.domain.event_names import EventType, Topic
from app.domain.grants import Grant, RewardState, RewardType
from app.flows.steps.decision import Decision

EVENTS = {
    RewardState.GRANTED: (EventType.REWARD_GRANTED, Topic.REWARD_GRANTED),
    RewardState.PENDING: (EventType.REWARD_PENDING, Topic.REWARD_PENDING),
    RewardState.APPROVAL: (EventType.REWARD_PENDING, Topic.REWARD_PENDING),
    RewardState.REJECTED: (EventType.REWARD_REJECTED, Topic.REWARD_REJECTED),
    RewardState.FAILED: (EventType.REWARD_FAILED, Topic.REWARD_FAILED),
    RewardState.REVERSED: (EventType.REWARD_REVERSED, Topic.REWARD_REVERSED),
}


def tell_reward(decision: Decision, grant: Grant, operation_id: str, source: str, state: RewardState) -> None:
    """Notes and announces a reward's state. A HOST reward that waits is ordered from the host by the same way."""
    facts = {**grant.view(), "state": state.value}
    event, topic = EVENTS[state]
    decision.log(event, None, operation_id, source=source, **facts)
    if state is RewardState.PENDING and grant.reward_type is RewardType.HOST:
        topic = Topic.REWARD_ORDERED
    decision.announce(topic, operation_id=operation_id, **facts)
