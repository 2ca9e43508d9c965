"""Mailings as operators send them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.domain.config_fields import ExternalId
from app.domain.mailing import MailingConfig
from app.schemas.admin.common import HostCode, Instant, Reason, Warned
from app.schemas.admin.promotions import PromoReward

MAX_RECIPIENTS = 1_000
UserId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class MailingBody(MailingConfig):
    """What to send, and to whom: `user_ids`, or `external_ids` of one host."""

    user_ids: list[UserId] = Field(default_factory=list, max_length=MAX_RECIPIENTS)
    external_ids: list[ExternalId] = Field(default_factory=list, max_length=MAX_RECIPIENTS)
    host: HostCode = Field(default="main", description="Whose external_ids they are.")
    reason: Reason

    @model_validator(mode="after")
    def _names_recipients(self) -> Self:
        if bool(self.user_ids) == bool(self.external_ids):
            raise ValueError("either user_ids or external_ids")
        return self


class MailingRow(Warned):
    """A mailing: to how many players it went, and how many of them have claimed it."""

    id: int
    title_ko: str
    title_en: str
    rewards: list[PromoReward]
    recipients: int
    claimed: int
    sent_by: str
    sent_at: Instant
    expires_at: Instant
    withdrawn_at: Instant | None
