"""Teams of a season: who plays together scores together, up to a cap a day for each player."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from pydantic import Field, model_validator

from app.core.errors import AppError
from app.core.time_utils import kst_midnight, kst_text
from app.domain.board_config import MAX_CLOSE_AFTER_MINUTES, BoardCode, RankRewards
from app.domain.config_fields import MAX_AMOUNT, Label, Moment
from app.domain.metrics import ONCE_A_DAY, MetricName
from app.domain.season import Season
from app.domain.team_member import Membership

MAX_TEAM_SIZE = 100


class ContestConfig(RankRewards):
    """A contest of teams in one season. Teams are made and joined from `join_from` until `join_until`.

    Every member of a team gets what its rank is promised, if they added to the score.
    """

    code: BoardCode
    title_ko: Label
    title_en: Label
    season_id: int = Field(ge=1, le=2**31 - 1)
    metric: MetricName
    join_from: Moment
    join_until: Moment
    size_limit: int = Field(ge=1, le=MAX_TEAM_SIZE)
    daily_cap: int | None = Field(default=None, ge=1, le=MAX_AMOUNT, description="per player and KST day")
    close_after_minutes: int = Field(default=10, ge=0, le=MAX_CLOSE_AFTER_MINUTES)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.join_until <= self.join_from:
            raise ValueError("join_until lies not behind join_from")
        if self.metric in ONCE_A_DAY:
            raise ValueError("metric: what comes once a day for everybody ranks nobody")
        return self

    def view(self) -> dict[str, Any]:
        """The contest as plain JSON values."""
        return self.model_dump(mode="json", include=set(ContestConfig.model_fields))


@dataclass(frozen=True, slots=True)
class Contest:
    """A contest in one version."""

    id: int
    version: int
    is_active: bool
    config: ContestConfig

    @property
    def code(self) -> str:
        return self.config.code

    def counts_in(self, season: Season | None, day: date) -> bool:
        """True when what happens on a KST day of the player's running season is scored."""
        is_own = season is not None and season.id == self.config.season_id
        return self.is_active and season is not None and is_own and season.start_date <= day <= season.end_date

    def closes_at(self, season_end: date) -> datetime:
        """From when on no score is taken any more."""
        return kst_midnight(season_end + timedelta(days=1)) + timedelta(minutes=self.config.close_after_minutes)

    def require_joinable(self, now: datetime) -> None:
        """Returns while teams are made and joined; raises JOIN_CLOSED with the window otherwise."""
        config = self.config
        if not self.is_active or not config.join_from <= now < config.join_until:
            window = {"join_from": kst_text(config.join_from), "join_until": kst_text(config.join_until)}
            raise AppError("JOIN_CLOSED", **window)

    def operation_id(self, user_id: int) -> str:
        """The permanent cause of what a team's rank gives to a member."""
        return team_operation_id(self.code, user_id)


def team_operation_id(code: str, user_id: int) -> str:
    """The permanent cause of what the rank of a team gives to a member."""
    return f"TEAM:{code}:{user_id}"


def add_to_team(contest: Contest, member: Membership, *, amount: int, at: datetime, day: date) -> bool:
    """Adds to the member's score what the day's cap leaves room for; False when nothing changes.

    What was done before joining doesn't count. Under a cap neither does
    what comes late for a day before the newest one.
    """
    cap, today = contest.config.daily_cap, 0
    if at < member.joined_at:
        return False
    if cap is not None:
        if member.counted_on is not None and day < member.counted_on:
            return False
        today = member.counted_today if member.counted_on == day else 0
        amount = min(amount, cap - today)
    if amount == 0:
        return False
    member.score += amount
    member.reached_at = at if member.reached_at is None else max(at, member.reached_at)
    member.counted_on, member.counted_today = day, today + amount
    return True


def take_from_team(contest: Contest, member: Membership, *, amount: int, at: datetime, day: date) -> bool:
    """Takes a count back from the member's score; False when it was not counted.

    Under a cap no more goes than the cap let in; what goes on the newest day makes room for more on it.
    """
    if at < member.joined_at:
        return False
    cap, is_newest = contest.config.daily_cap, member.counted_on == day
    if cap is not None:
        amount = min(amount, member.counted_today if is_newest else cap)
    amount = min(amount, member.score)
    member.score -= amount
    if is_newest:
        member.counted_today = max(0, member.counted_today - amount)
    return amount > 0
