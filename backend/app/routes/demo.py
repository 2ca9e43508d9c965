"""The demo's time machine: exists nowhere but in the demo."""

from typing import Any, Self

from fastapi import Request
from pydantic import ConfigDict, Field, model_validator

from app.core.time_utils import kst_text
from app.domain.config_fields import Moment
from app.flows.move_demo_clock import move_demo_clock
from app.routes.deps import container_of
from app.routes.doors import api_router
from app.schemas.common import RequestBody

router = api_router("/demo", tag="demo")
# ten years either way: any season can be walked through, no date leaves the calendar
MOST_SECONDS = 10 * 366 * 24 * 3600


class ClockBody(RequestBody):
    """Exactly one: an instant to stand at, or seconds to advance (negative goes back)."""

    model_config = ConfigDict(defer_build=False)  # FastAPI builds it with the route, and keeps Pydantic's warnings down

    now: Moment | None = Field(default=None, examples=["2026-12-25T09:00:00+09:00"])
    advance_seconds: int | None = Field(default=None, ge=-MOST_SECONDS, le=MOST_SECONDS, examples=[86400])

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.now is None) == (self.advance_seconds is None):
            raise ValueError("give either now or advance_seconds")
        return self


@router.post("/clock", operation_id="move_demo_clock")
async def move_clock(request: Request, body: ClockBody) -> dict[str, Any]:
    """Moves the demo's clock; it keeps ticking from there. Tokens keep the machine's own time."""
    clock = move_demo_clock(container_of(request).house, now=body.now, advance_seconds=body.advance_seconds or 0)
    return {"now": kst_text(clock.now()), "offset_seconds": clock.offset_seconds}
