"""What a process says of its health."""

from typing import Literal

from pydantic import Field

from app.schemas.common import Shape


class Alive(Shape):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Shape):
    """May it get traffic? The status is 503 unless `status` is ok."""

    status: Literal["ok", "unavailable"]
    db: Literal["ok", "down", "read_only"]
    migration: Literal["ok", "mismatch", "unknown"]
    redis: Literal["ok", "off", "degraded"]
    draining: bool
    outbox_age_seconds: float | None = Field(description="of the oldest news that waits; null: unknown")
    worker_quiet_seconds: float | None = Field(description="since a worker last reported; null: none ever did")
