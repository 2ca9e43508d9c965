"""UI texts on the wire."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.schemas.common import Shape


class UiText(Shape):
    """A text by language; never rendered as HTML."""

    key: str = Field(examples=["ticket_zero"])
    value: dict[str, Any] | None = Field(examples=[{"ko": {"title": "티켓이 없어요"}, "en": {"title": "No tickets"}}])
    updated_at: datetime | None
