"""Rewards as operators see and settle them."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.domain.config_fields import Code
from app.domain.grants import RewardType
from app.schemas.admin.common import AdminBody, Instant
from app.schemas.common import Shape

State = Literal["GRANTED", "PENDING", "FAILED", "APPROVAL", "REJECTED", "REVERSED"]
RewardId = Annotated[int, Field(ge=1, le=2**63 - 1)]
MAX_AT_ONCE = 100


class RewardSearch(Shape):
    """What to look for; everything that is named must fit."""

    # FastAPI takes it as a query and builds it with the route, where it keeps Pydantic's warnings down
    model_config = ConfigDict(extra="forbid", defer_build=False)

    state: State | None = None
    reward_type: RewardType | None = None
    source: Code | None = None
    code: Code | None = None
    user_id: RewardId | None = None
    operation_id: str | None = Field(default=None, pattern=r"^[!-~]{1,190}$")
    after: RewardId | None = Field(default=None, description="`next` of the page before")
    limit: int = Field(default=20, ge=1, le=100)

    @property
    def wanted(self) -> dict[str, Any]:
        """The columns that must have these values."""
        return self.model_dump(exclude_none=True, exclude={"after", "limit"})


class RewardRow(Shape):
    """One reward: its permanent cause, where it stands, who asked for it and who let it pass."""

    id: int
    user_id: int
    operation_id: str = Field(examples=["PLAY:019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"])
    source: str = Field(examples=["ROULETTE"])
    reward_type: str = Field(examples=["POINT"])
    reward_amount: int
    token_type: str | None
    code: str | None
    state: State
    attempts: int = Field(description="How often its delivery was tried.")
    last_error: str | None
    requested_by: str | None = Field(description="The operator who asked for it; null for what a player earned.")
    authors: list[str] = Field(
        description="While it waits for approval: the operators who wrote what gives it, and so can't approve it."
    )
    approved_by: str | None
    next_try_at: Instant | None = Field(description="When the worker tries again; null: it waits for somebody else.")
    created_at: Instant
    updated_at: Instant


class Reversal(Shape):
    """What went with a reward that was taken back, and what is left for the operator to decide."""

    owed: dict[str, int] = Field(default_factory=dict, description="What was spent: later credits pay it first.")
    levels_lost: list[int] = Field(default_factory=list)
    missions_lost: list[str] = Field(default_factory=list)
    rewards_lost: list[str] = Field(default_factory=list, description="Operations that followed, taken back as well.")
    waits_for_review: list[str] = Field(
        default_factory=list,
        description="Ranks, premium and settled bridges: they stay until you reverse them.",
    )


class RewardReversed(RewardRow):
    """The reward as it stands now, and what went with it."""

    reversal: Reversal


class ApproveMany(AdminBody):
    """Which rewards to approve, each for itself."""

    reward_ids: list[RewardId] = Field(min_length=1, max_length=MAX_AT_ONCE)

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len(set(self.reward_ids)) != len(self.reward_ids):
            raise ValueError("reward_ids: each id at most once")
        return self


class OneOfMany(Shape):
    """What became of one of them: its state, or the code of the refusal."""

    id: int
    state: State | None = None
    code: str | None = Field(default=None, examples=["SECOND_PERSON_REQUIRED"])


class ApprovedMany(Shape):
    """One line for each id, in order."""

    approved: int
    items: list[OneOfMany]
