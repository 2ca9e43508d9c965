"""Shapes that the operators' calls share."""

from datetime import datetime
from typing import Annotated, Generic, Self, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.core.time_utils import in_kst
from app.domain.config_fields import ExternalId
from app.schemas.common import RequestBody, Shape

T = TypeVar("T")

# an instant as every answer shows it: RFC 3339 with the offset +09:00
Instant = Annotated[datetime, AfterValidator(in_kst)]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
    Field(description="Why. Kept permanently in the audit log.", examples=["Wrong odds reported by support"]),
]
HostCode = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,50}$")]


class AdminBody(RequestBody):
    """Every write says why."""

    reason: Reason


PlayersWhoLose = Annotated[
    int | None,
    Field(ge=1, le=2**53, description="How many players may lose by it: PROMISE_WITHDRAWN says how many would."),
]


class StopBody(AdminBody):
    """Ends something that players may have begun."""

    players_who_lose: PlayersWhoLose = None


class OnePlayer(AdminBody):
    """A write about one player: exactly one of `external_id` and `user_id`."""

    external_id: ExternalId | None = Field(default=None, examples=["user-1001"])
    user_id: int | None = Field(default=None, ge=1, le=2**63 - 1)
    host: HostCode = Field(default="main", description="Whose external_id it is.")

    @model_validator(mode="after")
    def _names_one_player(self) -> Self:
        if (self.external_id is None) == (self.user_id is None):
            raise ValueError("exactly one of external_id and user_id")
        return self


class ConfigWarning(Shape):
    """A name in a config that nobody can reach as things stand: it may come later. `code` says what is missing."""

    field: str = Field(examples=["slots.0.mission.games.0"])
    code: str = Field(examples=["GAME_STOPPED"])
    name: str = Field(examples=["ROULETTE"])
    reason: str
    reason_ko: str


class Warned(Shape):
    """A config after a write: what of it can't be reached yet."""

    warnings: list[ConfigWarning] | None = Field(
        default=None,
        description="Said when it is saved or put in force; left out of answers that change nothing.",
        exclude_if=lambda warnings: warnings is None,
    )


class Listed(Shape, Generic[T]):
    """A keyset page: ask again with `after=next` while `has_more`."""

    items: list[T]
    next: int | None
    has_more: bool
