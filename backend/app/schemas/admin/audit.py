"""The audit log as operators read it."""

from typing import Any

from pydantic import Field

from app.schemas.admin.common import Instant
from app.schemas.common import Shape


class AuditEntry(Shape):
    """One write of an operator."""

    id: int
    actor: str = Field(examples=["staff:kim@example.com"])
    action: str = Field(examples=["FEATURE_SWITCHED"])
    target: str = Field(examples=["feature:ROULETTE"])
    reason: str
    before: Any
    after: Any
    request_id: str | None
    created_at: Instant
