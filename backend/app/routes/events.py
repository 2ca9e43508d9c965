"""`POST /api/events`: what a host's server tells us about its players."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from app.core.errors import told_first
from app.domain.config_fields import field_problems
from app.domain.host_events import MAX_DATA_BYTES, MAX_EVENTS, HostEvent, RefusedEvent
from app.flows.ingest_events import EventsCommand, ingest_events
from app.routes.bodies import json_answer, read_items
from app.routes.deps import container_of, request_id, require_host
from app.routes.doors import api_router
from app.routes.openapi import API_KEY, BEARER, answers
from app.schemas.events import EventIn, EventsAnswer, EventsIn
from app.utils.random_utils import new_id

router = api_router(tag="host")
MANY = TypeAdapter(list[EventIn])
INVALID = "EVENT_INVALID"
LONGEST_DOCUMENT = 4_000  # of a refused event: enough to see what is wrong with it


@router.post(
    "/events",
    operation_id="ingest_events",
    summary="Take host events",
    response_model=None,
    responses=answers(
        EventsAnswer,
        *("AUTH_REQUIRED", "SCOPE_REQUIRED", "NO_FEATURE_TODAY", "FEATURE_DISABLED", "BODY_TOO_LARGE"),
        *("VALIDATION_ERROR", "BUSY"),
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": TypeAdapter(EventIn | EventsIn).json_schema(ref_template="#/components/schemas/{model}")
                }
            },
        },
        "security": [{API_KEY: []}, {BEARER: []}],
    },
)
async def events(request: Request) -> Response:
    """One event, or up to 1,000. Each is taken once and has its own result, in the order of the call."""
    who = await require_host(request)
    container = container_of(request)
    host = await container.authenticator.host(who.host_code)
    items = read_events(await request.body(), container.clock.now())
    command = EventsCommand(host_id=host.id, items=items, request_id=request_id())
    return json_answer(await ingest_events(container.house, command))


def read_events(raw: bytes, now: datetime) -> list[HostEvent | RefusedEvent]:
    """The events of a body, those that are not sound as refusals. Raises VALIDATION_ERROR for what is no list of them.

    `now` is the time of events that name none.
    """
    documents = read_items(raw, "events", MAX_EVENTS)
    try:
        sound: Sequence[EventIn | RefusedEvent] = MANY.validate_python(documents)
    except ValidationError:
        sound = [_sound_or_refused(document) for document in documents]
    return [item if isinstance(item, RefusedEvent) else _event(item, now) for item in sound]


def _sound_or_refused(document: Any) -> EventIn | RefusedEvent:
    try:
        return EventIn.model_validate(document)
    except ValidationError as error:
        return _refusal(document, told_first(field_problems(error)))


def _event(item: EventIn, now: datetime) -> HostEvent | RefusedEvent:
    event = sample_event(item, now)
    if len(event.data_text) > MAX_DATA_BYTES:
        document = item.model_dump(include={"id", "source", "type", "subject"})
        return _refusal(document, [{"field": "data", "reason": f"at most {MAX_DATA_BYTES} bytes as JSON"}])
    return event


def sample_event(item: EventIn, now: datetime) -> HostEvent:
    """The event that a body means; without a time of its own it is of `now`."""
    text = to_json(item.data).decode()
    known = (new_id(now), item.id, item.source, item.type, item.subject)
    return HostEvent(*known, item.time or now, item.data, text, is_timed=item.time is not None)


def _refusal(document: Any, reasons: list[dict[str, str]]) -> RefusedEvent:
    """What can be kept of an event that is not sound."""
    seen = document if isinstance(document, dict) else {}
    text = to_json(document).decode()
    named = {
        name: value
        for name, limit in (("id", 100), ("source", 200), ("type", 100))
        if isinstance(value := seen.get(name), str) and value.isascii() and value.isprintable() and len(value) <= limit
    }
    return RefusedEvent(
        named.get("id"),
        named.get("source"),
        named.get("type"),
        INVALID,
        reasons,
        text if len(text) <= LONGEST_DOCUMENT else None,
    )
