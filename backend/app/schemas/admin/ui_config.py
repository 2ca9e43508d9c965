"""Notices and banners as operators edit them."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from app.domain.config_fields import Document
from app.domain.ui_texts import checked_ui_value
from app.schemas.admin.common import AdminBody, Instant, Listed
from app.schemas.common import Shape


class UiConfigBody(AdminBody):
    """Texts by language (ko, en): plain texts or objects of them, at most 20 kB. Never rendered as HTML."""

    value: Annotated[Document, AfterValidator(checked_ui_value)] = Field(
        examples=[{"ko": {"title": "티켓이 없어요"}, "en": {"title": "No tickets left"}}]
    )


class UiConfigRow(Shape):
    """One text. Its version is the ETag that a change must name."""

    key: str = Field(validation_alias="config_key", examples=["ticket_zero"])
    value: dict[str, Any]
    version: int
    updated_at: Instant
    updated_by: str


class UiConfigList(Listed[UiConfigRow]):
    """Every text, by key: one page."""
