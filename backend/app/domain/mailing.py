"""A mailing as an operator sends it: checked whole, before anything of it is stored."""

from collections import Counter
from datetime import datetime, timedelta

from app.core.errors import invalid
from app.domain.config_fields import Label, Moment, StrictModel
from app.domain.grants import Grant
from app.domain.season_config import Bonus

LONGEST_WAIT = timedelta(days=366)


class MailingConfig(StrictModel):
    """What is sent, and until when it can be claimed."""

    title_ko: Label
    title_en: Label
    rewards: Bonus
    expires_at: Moment

    def require_time_to_claim(self, now: datetime) -> None:
        """Returns when it expires in the future, within a year; raises VALIDATION_ERROR otherwise."""
        if not now < self.expires_at <= now + LONGEST_WAIT:
            raise invalid(("expires_at", "in the future, within a year"))

    @property
    def grants(self) -> list[Grant]:
        """What each recipient gets."""
        return [reward.grant() for reward in self.rewards]

    def tokens(self, recipients: int) -> dict[str, int]:
        """How much of each wallet all recipients get together."""
        total: Counter[str] = Counter()
        for grant in self.grants:
            if grant.wallet_token is not None:
                total[grant.wallet_token] += grant.amount * recipients
        return dict(total)
