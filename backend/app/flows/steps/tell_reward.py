"""Where a reward stands is told twice: in the player's own log, and through the outbox to the host and the stream."""

from app.domain.event_names import EventType, Topic
from app.domain.grants import Grant, RewardState, RewardType
from app.domain.records import Announcement, Changes, Event, ToldReward
from app.flows.steps.decision import Decision
from app.utils.random_utils import new_id

EVENTS = {
    RewardState.GRANTED: (EventType.REWARD_GRANTED, Topic.REWARD_GRANTED),
    RewardState.PENDING: (EventType.REWARD_PENDING, Topic.REWARD_PENDING),
    RewardState.APPROVAL: (EventType.REWARD_PENDING, Topic.REWARD_PENDING),
    RewardState.REJECTED: (EventType.REWARD_REJECTED, Topic.REWARD_REJECTED),
    RewardState.FAILED: (EventType.REWARD_FAILED, Topic.REWARD_FAILED),
    RewardState.REVERSED: (EventType.REWARD_REVERSED, Topic.REWARD_REVERSED),
}


def tell_reward(decision: Decision, grant: Grant, operation_id: str, source: str, state: RewardState) -> None:
    """Notes and announces where a reward of this decision's player stands."""
    told = ToldReward(decision.player.id, operation_id, source, grant, decision.request_id, decision.now)
    tell(decision.changes, told, state)


def tell(changes: Changes, told: ToldReward, state: RewardState) -> None:
    """As `tell_reward`, where no decision is at hand. A HOST reward that waits is ordered from the host this way."""
    facts = {**told.grant.view(), "state": state.value}
    event, topic = EVENTS[state]
    if state is RewardState.PENDING and told.grant.reward_type is RewardType.HOST:
        topic = Topic.REWARD_ORDERED
    user_id, operation_id, now = told.user_id, told.operation_id, told.created_at
    changes.events.append(
        Event(user_id, event, None, operation_id, {"source": told.source, **facts}, told.request_id, now)
    )
    payload = {"operation_id": operation_id, **facts}
    changes.announcements.append(Announcement(new_id(now), topic, user_id, payload, now))
