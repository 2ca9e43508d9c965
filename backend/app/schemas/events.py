"""Events that hosts send: CloudEvents in JSON, one or many."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from app.domain.bridge_config import HostEventType
from app.domain.config_fields import Document, ExternalId, Moment
from app.domain.event_reasons import NoEffect
from app.domain.host_events import MAX_EVENTS
from app.schemas.common import RequestBody, Shape, Timed

EXAMPLE: dict[str, Any] = {
    "id": "watch-90412",
    "source": "/lectures",
    "type": "lecture.completed",
    "subject": "user-1001",
    "time": "2025-12-10T12:00:00+09:00",
    "data": {"lecture_id": "L-7", "minutes": 25},
}


EventId = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,100}$")]
EventSource = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
Ignored = Annotated[str, StringConstraints(max_length=500)]


class EventIn(RequestBody):
    """One event. `source` and `id` name it permanently: sent again, it gives nothing again. `subject` is the player.

    `time` is when it happened; left out, it happened now.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: EventId
    source: EventSource
    type: HostEventType
    subject: ExternalId
    time: Moment | None = None
    data: Document = Field(default_factory=dict)
    # of CloudEvents, and of no meaning here
    specversion: Literal["1.0"] = "1.0"
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Ignored | None = None
    traceparent: Ignored | None = None
    tracestate: Ignored | None = None


class EventsIn(RequestBody):
    """Many events in one call; each has a result of its own."""

    events: list[EventIn] = Field(min_length=1, max_length=MAX_EVENTS)


class EventEffect(Shape):
    """One thing that an event caused; further fields say what, by its kind. `skipped`: why it was left out."""

    model_config = ConfigDict(extra="allow")

    kind: str = Field(examples=["XP"])
    rule: str | None = Field(default=None, examples=["LECTURE_DONE"])
    version: int | None = None
    skipped: str | None = None


class RuleSkipped(Shape):
    """A rule that takes such events and gave nothing for this one. `field`: which one is no number."""

    rule: str
    reason: Literal["ONCE", "DAILY_CAP", "COOLDOWN", "NOTHING_NEW", "FIELD_MISSING", "NOT_A_NUMBER", "OUT_OF_RANGE"]
    field: str | None = None


class FieldProblem(Shape):
    """What is wrong with a field."""

    field: str
    reason: str


class EventResult(Shape):
    """What became of one event. `event_id` is our own id of it, the one that operation ids name.

    `conflict`: another event was taken under this source and id, and `event_id` is that one's. `reason` stands with an
    accepted event that gave nothing.
    """

    id: str | None
    status: Literal["accepted", "duplicate", "rejected", "conflict"]
    reason: NoEffect | None = None
    event_id: str | None = None
    code: str | None = Field(default=None, examples=["EVENT_TOO_LATE"])
    details: list[FieldProblem] | None = None
    effects: list[EventEffect]
    skipped: list[RuleSkipped] | None = None


class EventsAnswer(Timed):
    """The results, in the order of the events. Conflicts count as `rejected`; `accepted` holds `without_effect`."""

    accepted: int
    duplicate: int
    rejected: int
    without_effect: int
    results: list[EventResult]
