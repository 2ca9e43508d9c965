"""A campaign of codes as an operator sets it: checked whole, before anything of it is stored."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from app.core.errors import invalid
from app.domain.code_text import LONGEST_TYPED, typed_key
from app.domain.config_fields import Code, Label, Moment, StrictModel
from app.domain.promises import NOTICE, Problem, broken
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


def edit_problems(
    before: Campaign, given: int, after: PromoConfig, shared_code: str | None, *, now: datetime
) -> list[Problem]:
    """Each (field, reason) in which an edit takes back what players were told; `now` is read behind the lock.

    Raises VALIDATION_ERROR for what is no edit of this campaign at all, and for an end in the past: the switch ends it.
    """
    for name, is_same in (
        ("code", after.code == before.code),
        ("kind", after.kind == before.kind),
        ("shared_code", after.shared_code == shared_code),
    ):
        if not is_same:
            raise invalid((name, "a campaign keeps it"))
    if given == 0 and (not before.is_open or now < before.opens_at):
        return []
    if after.closes_at is not None and after.closes_at != before.closes_at and after.closes_at <= now:
        raise invalid(("closes_at", "lies in the past: is_open ends it now"))
    terms = {name: getattr(before, name) for name in ("opens_at", "units")}
    terms |= {"rewards": before.grants, "closes_at": before.closes_at or now + NOTICE}
    changed = {name: getattr(after, name) for name in ("opens_at", "closes_at", "units", "rewards")}
    # the host is compared by its id, where it is known
    problems = broken("promotion", terms | {"host": None}, changed | {"host": None})
    if given and after.opens_at != before.opens_at:
        problems.append(("opens_at", "units have gone since"))
    if given and tuple(reward.grant() for reward in after.rewards) != before.grants:
        problems.append(("rewards", "players have got them already"))
    return problems
