"""The inbox: what operators sent to players, to be claimed by hand until it expires."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.errors import AppError
from app.domain.grants import Grant


class InboxState(StrEnum):
    """Where one item stands at an instant. A mailing that was withdrawn is WITHDRAWN for who had not claimed it."""

    WAITING = "WAITING"
    CLAIMED = "CLAIMED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One player's copy of a mailing."""

    id: int
    user_id: int
    mailing_id: int
    title_ko: str
    title_en: str
    grants: tuple[Grant, ...]
    sent_by: str
    sent_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    claimed_at: datetime | None

    @property
    def operation_id(self) -> str:
        return f"INBOX:{self.mailing_id}:{self.user_id}"

    def state_at(self, now: datetime) -> InboxState:
        if self.claimed_at is not None:
            return InboxState.CLAIMED
        if self.withdrawn_at is not None:
            return InboxState.WITHDRAWN
        return InboxState.WAITING if now < self.expires_at else InboxState.EXPIRED

    def require_claimable(self, now: datetime) -> None:
        """Returns while it waits; raises REWARD_ALREADY_CLAIMED or INBOX_EXPIRED (withdrawn ones are gone, too)."""
        state = self.state_at(now)
        if state is InboxState.CLAIMED:
            raise AppError("REWARD_ALREADY_CLAIMED")
        if state is not InboxState.WAITING:
            raise AppError("INBOX_EXPIRED")
