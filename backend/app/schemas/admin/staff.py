"""Operators as operators see each other."""

from pydantic import Field

from app.schemas.common import Shape


class StaffRow(Shape):
    """An operator. Who is off has no sign-in, token or link that works."""

    id: int
    login: str = Field(examples=["kim@example.com"])
    scopes: list[str] = Field(examples=[["ops", "support"]])
    is_active: bool
    has_password: bool = Field(description="Without one they sign in by a link of the CLI alone.")
    has_second_factor: bool


class StaffList(Shape):
    """Every operator, oldest first: one page."""

    items: list[StaffRow]
    next: int | None
    has_more: bool
