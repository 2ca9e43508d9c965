"""Games and their config versions as operators see and set them."""

from typing import Annotated, Any

from pydantic import Field, field_validator

from app.domain.config_fields import Document
from app.domain.stock import MAX_STOCK
from app.schemas.admin.common import AdminBody, Instant, Listed, Warned
from app.schemas.common import Shape, Timed

EXAMPLE = {
    "name": "눈꽃 룰렛",
    "max_daily": 0,
    "segments": [
        {"slot_index": 0, "label": "10 포인트", "weight": 100, "reward_type": "POINT", "reward_amount": 10},
        *({"slot_index": slot, "label": "다음 기회에", "weight": 100} for slot in range(1, 6)),
    ],
}


class ConfigNew(AdminBody):
    """A whole config in the game's own shape; each game validates its own."""

    config: Document = Field(examples=[EXAMPLE])


class ConfigChange(Shape):
    """One field that differs; null = it does not stand there."""

    path: str = Field(examples=["prizes[id=102].weight"])
    before: Any
    after: Any


class ConfigDiff(Shape):
    """What a version changes compared with `against`."""

    config_id: int
    version: int
    against: int
    against_version: int
    changes: list[ConfigChange]


class Restock(AdminBody):
    """Units to add; below 0 takes away units that were not given yet."""

    units: Annotated[int, Field(ge=-MAX_STOCK, le=MAX_STOCK, examples=[50])]

    @field_validator("units")
    @classmethod
    def _moves(cls, units: int) -> int:
        if units == 0:
            raise ValueError("must not be 0")
        return units


class StockLine(Shape):
    """One prize with stock. Its version is the ETag that a restock must name; plays don't raise it."""

    feature_type: str = Field(examples=["LOTTERY"])
    prize_id: int = Field(examples=[101])
    started_with: int
    restocked: int
    supply: int = Field(description="started_with + restocked")
    given: int
    left: int
    version: int
    updated_at: Instant
    updated_by: str


class StockItem(StockLine):
    """A prize in the list; `is_in_force`: the active version gives it away with stock."""

    is_in_force: bool


class StockList(Listed[StockItem], Timed):
    """Every prize of the game that ever had stock: one page."""


class ActiveConfig(Shape):
    """The version in force."""

    config_id: int
    version: int
    name: str


class GameLine(Shape):
    """One registered game. No `active`: nothing that can be played. No `is_enabled`: it has no switch yet."""

    code: str = Field(examples=["roulette"])
    feature_type: str = Field(examples=["ROULETTE"])
    token_type: str = Field(examples=["ROULETTE_COIN"])
    active: ActiveConfig | None
    is_enabled: bool | None
    last_play_at: Instant | None


class GameList(Listed[GameLine], Timed):
    """Every registered game: one page."""


class ConfigView(Warned):
    """One version. It never changes."""

    id: int
    feature_type: str
    version: int
    is_active: bool
    config: dict[str, Any]
    config_hash: str = Field(description="SHA-256 of the stored text")
    created_by: str
    created_at: Instant
