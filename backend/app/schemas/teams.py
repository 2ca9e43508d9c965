"""Teams as players see them."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from app.core.names import shown_name
from app.schemas.common import RequestBody, Shape, Timed
from app.schemas.leaderboards import Titles

NameOfTeam = Annotated[
    str,
    StringConstraints(min_length=1, max_length=50, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(shown_name),
]


class TeamName(RequestBody):
    """A new team's name."""

    name: NameOfTeam = Field(examples=["눈사람들"])


class TeamChoice(RequestBody):
    """The team to join."""

    team_id: int = Field(ge=1, le=2**31 - 1)


class TeamJoined(Timed):
    """In which team the player is now; null: in none."""

    contest: str
    team_id: int | None


class TeamLine(Shape):
    """One team. Ties go to who reached the score first."""

    rank: int
    team_id: int
    name: str
    score: int
    members: int


class OwnTeam(TeamLine):
    """The player's own team, and what they added to it."""

    my_score: int


class TeamBoard(Timed):
    """The first teams of a contest."""

    contest: str
    title: Titles
    metric: str
    join_from: datetime
    join_until: datetime
    size_limit: int
    daily_cap: int | None
    entries: list[TeamLine]
    my_team: OwnTeam | None
    feature_type: str
