"""A campaign of codes as an operator sets it: checked whole, before anything of it is stored."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from app.core.errors import invalid
from app.domain.code_text import LONGEST_TYPED, typed_key
from app.domain.config_fields import Code, Label, Moment, StrictModel
from app.domain.promo import Campaign
from app.domain.season_config import Bonus
from app.domain.stock import MAX_STOCK


def _as_stored(text: object) -> object:
    """How people type a code does not matter (see `typed_key`)."""
    return typed_key(text) if isinstance(text, str) and len(text) <= LONGEST_TYPED else text


PromoText = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{4,50}$"), BeforeValidator(_as_stored)]


class PromoConfig(StrictModel):
    """A campaign. SHARED has one code, `shared_code`; UNIQUE gets its codes by upload, each for one player."""

    code: Code
    title_ko: Label
    title_en: Label
    host: str | None = Field(default=None, min_length=1, max_length=50)
    kind: Literal["SHARED", "UNIQUE"]
    shared_code: PromoText | None = None
    opens_at: Moment
    closes_at: Moment | None = None
    units: int | None = Field(default=None, ge=1, le=MAX_STOCK, description="none: endless")
    rewards: Bonus
    is_open: bool = True

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.kind == "SHARED") != (self.shared_code is not None):
            raise ValueError("shared_code belongs to SHARED campaigns, and only to them")
        if self.closes_at is not None and self.closes_at <= self.opens_at:
            raise ValueError("closes_at must be after opens_at")
        return self

    def reward_documents(self) -> list[dict[str, Any]]:
        return [reward.model_dump(mode="json", exclude_none=True) for reward in self.rewards]


def require_promises_kept(
    before: Campaign, given: int, after: PromoConfig, shared_code: str | None, *, now: datetime
) -> None:
    """Returns when a campaign that gave units away stays what players were told; raises VALIDATION_ERROR by field.

    Titles, the switch and the end may change at any time, the end only to the future (the switch ends it now); units
    may grow, or shrink to what was given. `now` is read behind the campaign's lock.
    """
    if after.code != before.code:
        raise invalid(("code", "a campaign keeps its code"))
    if after.kind != before.kind:
        raise invalid(("kind", "a campaign keeps its kind of codes"))
    if after.shared_code != shared_code:
        raise invalid(("shared_code", "a campaign keeps its code"))
    if given == 0:
        return
    if after.opens_at != before.opens_at:
        raise invalid(("opens_at", "units have gone since"))
    if after.closes_at is not None and after.closes_at != before.closes_at and after.closes_at <= now:
        raise invalid(("closes_at", "lies in the past: is_open ends it now"))
    if tuple(reward.grant() for reward in after.rewards) != before.grants:
        raise invalid(("rewards", "players have got them already"))
    if after.units is not None and after.units < given:
        raise invalid(("units", "not fewer than were given"))
