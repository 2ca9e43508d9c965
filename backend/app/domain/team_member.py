"""A player's place in a team."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(slots=True)
class Membership:
    """A player in a team, and what they added to its score."""

    contest_id: int
    user_id: int
    team_id: int
    joined_at: datetime
    score: int = 0
    reached_at: datetime | None = None
    counted_on: date | None = None
    counted_today: int = 0
