"""Contests of teams as operators see and set them."""

from typing import Any

from pydantic import ConfigDict

from app.domain.teams import ContestConfig
from app.schemas.admin.common import AdminBody, Instant, Reason, Warned
from app.schemas.common import Shape
from app.schemas.teams import NameOfTeam

EXAMPLE: dict[str, Any] = {
    "code": "SNOW_CUP",
    "title_ko": "눈싸움 대회",
    "title_en": "Snow cup",
    "season_id": 1,
    "metric": "PLAY",
    "join_from": "2025-12-09T00:00:00+09:00",
    "join_until": "2025-12-16T00:00:00+09:00",
    "size_limit": 5,
    "daily_cap": 20,
    "rank_rewards": [{"from_rank": 1, "to_rank": 1, "rewards": [{"reward_type": "POINT", "reward_amount": 500}]}],
    "reason": "Play together",
}


class ContestBody(ContestConfig):
    """A whole contest. It is made as a draft."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    reason: Reason


class ContestView(Warned):
    """A contest as it stands. OPEN, FROZEN or SETTLED. Its version is the ETag that a change must name."""

    id: int
    code: str
    season_id: int
    is_active: bool
    state: str
    version: int
    config: dict[str, Any]
    created_at: Instant
    updated_at: Instant


class TeamResult(Shape):
    """A team's rank as it stood."""

    rank_no: int
    team_id: int
    name: str
    score: int
    members: int


class TeamRename(AdminBody):
    """Another name for a team."""

    name: NameOfTeam


class TeamGoverned(Shape):
    """A team after an operator's act; `name` is null for one that was closed."""

    contest: str
    team_id: int
    name: str | None
    members: int
    score: int
