"""The live stream on the wire: Server-Sent Events."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import Field
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.core.errors import invalid
from app.flows.live_stream import LiveStream, StreamEvent, Subscription
from app.schemas.common import Shape
from app.utils.random_utils import jitter

# below the 15 s after which nginx gives up on a silent answer
HEARTBEAT_SECONDS = 10.0
# Who came together, when an event opened or a process was restarted, must not come back together for ever: a client
# returns after this time and up to as long again, and a stream ends up to a fifth earlier than it could last.
RETRY_MILLISECONDS = 3_000
SPREAD = 0.2
# nginx hands on each event as it comes
UNBUFFERED = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


class StreamedEvent(Shape):
    """`data` of one event. Its `id` stands in the field `id` as well: Last-Event-ID goes on after it."""

    id: int | None = Field(description="Null for a notice, which is not repeated.")
    type: str = Field(examples=["season_pass.level_up", "reward.granted", "notice"])
    timestamp: str
    data: dict[str, Any]


class EventStream(StreamingResponse):
    """One connection's events until it is over: the client goes, at most `seconds` pass, or the process goes down."""

    media_type = "text/event-stream"

    def __init__(
        self,
        stream: LiveStream,
        subscription: Subscription,
        *,
        seconds: float,
        now: Callable[[], float],
        is_named: bool,
    ) -> None:
        self._stream, self._subscription = stream, subscription
        self.ends_at = now() + seconds - jitter(SPREAD * seconds)  # by the clock of `now`
        self._now, self._is_named = now, is_named
        super().__init__(self._frames(), headers=UNBUFFERED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["is_stream"] = True  # how long it is open says nothing of how fast we are
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stream.close(self._subscription)

    async def _frames(self) -> AsyncIterator[bytes]:
        retry = RETRY_MILLISECONDS + int(jitter(RETRY_MILLISECONDS))
        yield format_sse_event(retry=retry, comment="open")
        while not self._subscription.is_over and (left := self.ends_at - self._now()) > 0:
            events = await self._subscription.take(min(HEARTBEAT_SECONDS, left))
            for event in events:
                yield self._frame(event)
            if not events:
                yield KEEPALIVE_COMMENT

    def _frame(self, event: StreamEvent) -> bytes:
        return format_sse_event(
            data_str=event.document,
            event=event.type if self._is_named else None,
            id=None if event.id is None else str(event.id),
        )


def last_event_id(values: list[str]) -> int | None:
    """The id after which to go on; None = from now on. Raises VALIDATION_ERROR for what is no id of ours."""
    if not values or values == [""]:
        return None
    if len(values) > 1 or not (values[0].isascii() and values[0].isdigit()) or len(values[0]) > 18:
        raise invalid(("Last-Event-ID", "the id of an event"))
    return int(values[0])
