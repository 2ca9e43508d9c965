"""The player's live stream."""

import time

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from app.flows.steps.commands import PlayerCommand
from app.routes.deps import caller, container_of
from app.routes.doors import api_router
from app.routes.openapi import Responses, keyed, problems
from app.schemas.stream import EventStream, StreamedEvent, last_event_id

router = api_router(tag="player")
LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
    "description": "Goes on after this event; without it, from now on.",
}
OPENED: Responses = {200: {"model": StreamedEvent, "content": {"text/event-stream": {}}}}
OPENAPI = keyed({}, required=None) | {"parameters": [LAST_EVENT_ID]}


@router.get(
    "/stream",
    operation_id="live_stream",
    response_class=StreamingResponse,
    responses=OPENED | problems("AUTH_REQUIRED", "USER_BLOCKED", "VALIDATION_ERROR", "RATE_LIMITED", "BUSY"),
    openapi_extra=OPENAPI,
)
async def stream(request: Request) -> Response:
    """Level-ups, stamps, rewards, keys and missions of this player as they happen, and notices to look again.

    Server-Sent Events with a heartbeat. It ends after some minutes and with the token: open it again with
    Last-Event-ID, and nothing is left out.
    """
    after = last_event_id(request.headers.getlist("last-event-id"))
    who = await caller(request)
    container = container_of(request)
    subscription = await container.stream.open(PlayerCommand(**who.command_fields), after)
    left = (who.principal.expires_at - container.keys.now()).total_seconds()
    seconds = min(left, container.settings.stream_seconds)
    return EventStream(container.stream, subscription, seconds=seconds, now=time.monotonic, is_named=True)
