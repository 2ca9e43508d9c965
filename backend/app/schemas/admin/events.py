"""Host events as operators look them up."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from app.domain.config_fields import Moment
from app.domain.event_reasons import NoEffect
from app.domain.rule_config import RuleConfig
from app.schemas.admin.common import HostCode, Instant, Listed
from app.schemas.admin.rules import EXAMPLE as RULE
from app.schemas.common import RequestBody, Shape
from app.schemas.events import EventEffect, EventIn, FieldProblem

MAX_SAMPLE = 100


class EventView(Shape):
    """An event that was taken. `id` is our own; a host names it by `source` and `event_id`."""

    id: str
    host: str
    source: str
    event_id: str
    event_type: str
    external_id: str
    user_id: int
    event_time: Instant
    received_at: Instant
    data: dict[str, Any]
    code: str | None = Field(description="why no rule was asked: USER_BLOCKED, EVENT_REVOKED")
    reason: NoEffect | None = Field(description="why it gave nothing; null where it gave something")
    request_id: str | None


class EventPage(Shape):
    """A keyset page: ask again with `after=next` while `has_more`."""

    items: list[EventView]
    next: str | None
    has_more: bool


class EventRule(Shape):
    """A rule that gave something for the event."""

    rule: str
    version: int
    units: int
    effects: list[EventEffect]


class EventReward(Shape):
    """A reward that the event caused, as it stands now."""

    id: int
    operation_id: str
    reward_type: str
    amount: int
    token_type: str | None
    code: str | None
    state: Literal["GRANTED", "PENDING", "FAILED", "APPROVAL", "REJECTED", "REVERSED"]


class EventStory(EventView):
    """An event with everything that it caused. `revoked_by`: our id of the event that took it back."""

    rules: list[EventRule]
    rewards: list[EventReward]
    revoked_by: str | None


class RejectedEvent(Shape):
    """An event that was refused: kept for 90 days. What could not be read is null."""

    id: int
    host: str
    source: str | None
    event_id: str | None
    event_type: str | None
    code: str = Field(examples=["EVENT_INVALID"])
    reasons: list[FieldProblem]
    document: Any
    request_id: str | None
    received_at: Instant


class DayNotKept(Shape):
    """A KST day on which a host's refused events were too many to keep (`HOST_REJECTED_EVENTS_A_DAY`)."""

    host: str
    day: date
    told: int
    kept: int


class RejectedEvents(Listed[RejectedEvent]):
    """A keyset page of refused events; `not_kept` are the days on which not all were kept."""

    not_kept: list[DayNotKept]


class UnknownType(Shape):
    """A type that no rule names, with how many came in the last 30 days and the newest as an example."""

    host: str
    event_type: str
    count: int
    last_seen: Instant
    example: dict[str, Any]
    event_id: str


class UnknownTypes(Shape):
    """The most frequent first, at most 200; `has_more`: there are others."""

    items: list[UnknownType]
    has_more: bool


class RuleSample(RequestBody):
    """A rule, and made-up events to try it on."""

    config: RuleConfig = Field(examples=[RULE])
    events: list[EventIn] = Field(min_length=1, max_length=MAX_SAMPLE)


class RuleReplay(RequestBody):
    """A rule, and which of the events that came before to try it on."""

    config: RuleConfig = Field(examples=[RULE])
    host: HostCode | None = None
    since: Moment
    until: Moment


class RuleTotals(Shape):
    """What a rule would give in all, to players who got nothing from it before."""

    given: int = Field(description="events that it gives something for")
    units: int
    players: int
    skipped: dict[str, int]
    left_out: dict[str, int] = Field(description="units that a bound cut off, by bound")
    total: list[dict[str, Any]]


class SampleResult(Shape):
    """What the rule would give for one event."""

    id: str
    subject: str
    units: int
    skipped: str | None = None
    left_out: list[dict[str, Any]] = Field(default=[], description="units that a bound cut off, with the bound")
    effects: list[dict[str, Any]]


class SampleAnswer(RuleTotals):
    """Event by event, and in all."""

    results: list[SampleResult]


class ReplayAnswer(RuleTotals):
    """In all. `is_complete` false: there were more events, and only the first 20,000 were looked at."""

    events: int
    is_complete: bool
