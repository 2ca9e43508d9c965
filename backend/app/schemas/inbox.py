"""The player's inbox."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.schemas.common import RequestBody, Reward, Shape, Timed
from app.schemas.promo import CodeReward, Title


class InboxLine(Shape):
    """What was sent, what it gives, and until when it can be claimed."""

    id: int
    title: Title
    state: Literal["WAITING", "CLAIMED", "EXPIRED"]
    rewards: list[Reward]
    sent_at: datetime
    expires_at: datetime
    claimed_at: datetime | None


class InboxPage(Timed):
    """Newest items first."""

    items: list[InboxLine]
    next: int | None
    has_more: bool


class InboxClaimBody(RequestBody):
    """A claim takes nothing: the path says which item."""


class InboxClaimed(Shape):
    """What the item gave."""

    id: int
    operation_id: str = Field(examples=["INBOX:7:42"])
    rewards: list[CodeReward]
    claimed_at: datetime
