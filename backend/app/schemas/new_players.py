"""Players that a host makes before they come."""

from typing import Literal

from pydantic import Field

from app.domain.config_fields import ExternalId
from app.flows.make_players import MOST_AT_ONCE
from app.schemas.auth import Nickname
from app.schemas.common import RequestBody, Shape
from app.schemas.events import FieldProblem


class PlayerNew(RequestBody):
    """A player as the host knows them. The nickname counts for who is new; a sign-in changes it later."""

    external_id: ExternalId
    nickname: Nickname | None = None


class PlayersNew(RequestBody):
    """Several players."""

    players: list[PlayerNew] = Field(min_length=1, max_length=MOST_AT_ONCE)


class PlayerResult(Shape):
    """What became of one player. `user_id` is our number of them; `details` says what is wrong with a rejected one."""

    external_id: str | None
    status: Literal["made", "known", "rejected"]
    user_id: int | None = None
    code: str | None = Field(default=None, examples=["VALIDATION_ERROR"])
    reason: Literal["nickname_kept"] | None = Field(
        default=None, description="nickname_kept: the player has another nickname, which stays."
    )
    details: list[FieldProblem] | None = None


class PlayersMade(Shape):
    """How many were made, known before and rejected, and each one's result in the order of the call."""

    made: int
    known: int
    rejected: int
    results: list[PlayerResult]
