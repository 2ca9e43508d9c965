"""Operators as operators see each other."""

from pydantic import Field

from app.schemas.admin.common import Instant
from app.schemas.common import Shape


class StaffRow(Shape):
    """An operator. Who is off has no sign-in, token or link that works."""

    id: int
    login: str = Field(examples=["kim@example.com"])
    scopes: list[str] = Field(examples=[["ops", "support"]])
    is_active: bool
    has_password: bool = Field(description="Without one they sign in by a link of the CLI alone.")
    locked_until: Instant | None = Field(description="Too many wrong passwords; null: never, or over.")


class StaffList(Shape):
    """Every operator, oldest first: one page."""

    items: list[StaffRow]
    next: int | None
    has_more: bool
