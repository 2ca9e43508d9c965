"""Shapes that the operators' calls share."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.core.time_utils import KST
from app.schemas.common import RequestBody

T = TypeVar("T")

# an instant as every answer shows it: RFC 3339 with the offset +09:00
Instant = Annotated[datetime, AfterValidator(lambda instant: instant.astimezone(KST))]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
    Field(description="Why. Kept in the audit log for ever.", examples=["Wrong odds reported by support"]),
]


class AdminBody(RequestBody):
    """Every write says why."""

    reason: Reason


class Listed(BaseModel, Generic[T]):
    """A keyset page: ask again with `after=next` while `has_more`."""

    items: list[T]
    next: int | None
    has_more: bool
