"""Promo codes and first-come campaigns: what a campaign is, and who gets its next unit."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.domain.belonging import Belonging
from app.domain.grants import Grant


class CodeKind(StrEnum):
    """SHARED: one code for everybody. UNIQUE: each code once."""

    SHARED = "SHARED"
    UNIQUE = "UNIQUE"


class PromoState(StrEnum):
    """Where a campaign stands at an instant."""

    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    SOLD_OUT = "SOLD_OUT"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class Campaign(Belonging):
    """One campaign. `units` None is endless; `closes_at` None never closes by itself."""

    id: int
    code: str
    title_ko: str
    title_en: str
    host_id: int | None
    kind: CodeKind
    opens_at: datetime
    closes_at: datetime | None
    units: int | None
    grants: tuple[Grant, ...]
    is_open: bool
    version: int

    def left(self, given: int) -> int | None:
        """How many units are left after `given`; None: endless."""
        return None if self.units is None else max(0, self.units - given)

    def state_at(self, now: datetime, given: int) -> PromoState:
        """Open from the very instant `opens_at` until just before `closes_at`, while units are left."""
        if not self.is_open or (self.closes_at is not None and now >= self.closes_at):
            return PromoState.ENDED
        if now < self.opens_at:
            return PromoState.SCHEDULED
        return PromoState.SOLD_OUT if self.left(given) == 0 else PromoState.OPEN


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A code as it is stored, and the campaign it is of."""

    id: int
    code: str
    campaign_id: int


@dataclass(frozen=True, slots=True)
class PromoClaim:
    """A unit that a player got: unique by (campaign, player) and by (campaign, unit)."""

    campaign_id: int
    user_id: int
    code_id: int
    unit_no: int
    operation_id: str
    created_at: datetime


@dataclass(slots=True)
class Counter:
    """One campaign under its row's lock: its newest unit, who has one, which codes are used. Changed in place."""

    campaign: Campaign
    given: int = 0
    players: set[int] = field(default_factory=set)
    used_codes: set[int] = field(default_factory=set)

    def take(self, user_id: int, code: PromoCode, now: datetime) -> PromoClaim:
        """The next unit for this player.

        Raises PROMO_NOT_OPEN, PROMO_ENDED, CODE_ALREADY_USED, PROMO_ALREADY_CLAIMED (a player who has had the campaign
        tries a code that nobody used: it stays free) or PROMO_SOLD_OUT.
        """
        campaign, state = self.campaign, self.campaign.state_at(now, self.given)
        if state is PromoState.SCHEDULED:
            raise AppError("PROMO_NOT_OPEN", opens_at=kst_text(campaign.opens_at))
        if state is PromoState.ENDED:
            raise AppError("PROMO_ENDED")
        if user_id in self.players:
            is_other_code = campaign.kind is CodeKind.UNIQUE and code.id not in self.used_codes
            raise AppError("PROMO_ALREADY_CLAIMED" if is_other_code else "CODE_ALREADY_USED")
        if code.id in self.used_codes:
            raise AppError("CODE_ALREADY_USED")
        if state is PromoState.SOLD_OUT:
            raise AppError("PROMO_SOLD_OUT")
        self.given += 1
        self.players.add(user_id)
        operation_id = f"CODE:{code.code}"
        if campaign.kind is CodeKind.UNIQUE:
            self.used_codes.add(code.id)
        else:
            operation_id += f":{user_id}"
        return PromoClaim(campaign.id, user_id, code.id, self.given, operation_id, now)
