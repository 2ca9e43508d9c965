"""What reversals left for a person, as operators see and decide it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.schemas.admin.common import Instant
from app.schemas.common import Shape

State = Literal["OPEN", "TAKEN", "KEPT"]
ReviewId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ReviewRow(Shape):
    """Rewards of a player that a refund touches and that are not taken back by themselves.

    `RANK` and `TEAM_RANK`: the score of a window that has ended would have been lower. `PREMIUM`: what a premium track
    paid before it was refunded. `BRIDGE`: a key of a campaign that is settled. `operation_id` is the reward's.
    """

    id: int
    user_id: int
    host: str
    external_id: str
    kind: Literal["RANK", "TEAM_RANK", "PREMIUM", "BRIDGE"]
    operation_id: str
    event_id: str = Field(description="our id of the event that took something back")
    facts: dict[str, Any]
    state: State
    decided_by: str | None
    created_at: Instant
    decided_at: Instant | None


class ReviewDecided(ReviewRow):
    """The same, decided: the rewards that were taken back, and what the wallets owe for what was spent."""

    taken: list[str]
    owed: dict[str, int]
