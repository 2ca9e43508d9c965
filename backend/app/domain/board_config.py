"""A leaderboard as an operator sets it: checked whole, before anything of it is stored."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.domain.config_fields import Day, Label, StrictModel
from app.domain.metrics import ONCE_A_DAY, MetricName
from app.domain.season_config import Bonus
from app.domain.spans import Span

# a window's ranks are written in one statement, and paid some hundred players a transaction
MAX_RANKS = 10_000
# late events of hosts may come for so long (domain.md §7: 48 hours by default)
MAX_CLOSE_AFTER_MINUTES = 72 * 60
# together with a window's key it is the subject of a job's run
BoardCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,29}$")]


class RankReward(StrictModel):
    """What every player from `from_rank` to `to_rank`, both included, gets once the window is closed."""

    from_rank: int = Field(ge=1, le=MAX_RANKS)
    to_rank: int = Field(ge=1, le=MAX_RANKS)
    rewards: Bonus


class RankRewards(StrictModel):
    """Rewards by rank: ranges that rise and do not overlap."""

    rank_rewards: tuple[RankReward, ...] = Field(default=(), max_length=100, strict=False)

    @model_validator(mode="after")
    def _ranges_rise(self) -> Self:
        end = 0
        for number, line in enumerate(self.rank_rewards):
            if not end < line.from_rank <= line.to_rank:
                raise ValueError(f"rank_rewards.{number}: ranks must rise and lie in no range before")
            end = line.to_rank
        return self

    @property
    def last_rewarded_rank(self) -> int:
        return self.rank_rewards[-1].to_rank if self.rank_rewards else 0


class BoardConfig(RankRewards):
    """A whole leaderboard: who has most of a metric within a window. Dates are inclusive KST days.

    A window is closed `close_after_minutes` after its end: until then late events of hosts still count.
    """

    code: BoardCode
    title_ko: Label
    title_en: Label
    host: str | None = Field(default=None, min_length=1, max_length=50)
    window: Literal["DAY", "WEEK", "SEASON", "ALL"]
    metric: MetricName
    starts_on: Day | None = None
    ends_on: Day | None = None
    close_after_minutes: int = Field(default=10, ge=0, le=MAX_CLOSE_AFTER_MINUTES)
    keep_ranks: int = Field(default=100, ge=1, le=MAX_RANKS, description="how many ranks the snapshot keeps")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on")
        if self.metric in ONCE_A_DAY:
            raise ValueError("metric: what comes once a day for everybody ranks nobody")
        if self.window == "ALL" and self.rank_rewards and self.ends_on is None:
            raise ValueError("ends_on: a board of all time pays its ranks only when it ends")
        if self.last_rewarded_rank > self.keep_ranks:
            raise ValueError("keep_ranks: at least as many as are rewarded")
        return self

    @property
    def span(self) -> Span:
        return Span(self.window)

    def view(self) -> dict[str, Any]:
        """The board as plain JSON values."""
        return self.model_dump(mode="json", include=set(BoardConfig.model_fields))
