"""How far a player is with missions."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(slots=True)
class MissionProgress:
    """How far a player is with a mission in one period.

    `completed` - `claimed` completions wait to be claimed; `version` is the mission's when the first of them was made.
    """

    user_id: int
    mission_id: int
    period_key: str
    updated_at: datetime
    progress: int = 0
    completed: int = 0
    claimed: int = 0
    version: int = 0
    counted_on: date | None = None
    # what was counted above the last completion
    surplus: int = 0

    @property
    def is_open(self) -> bool:
        return self.completed > self.claimed


@dataclass(slots=True)
class MissionSheet:
    """A player's missions in the periods that were read: what is missing there stands at zero."""

    periods: frozenset[str]
    rows: dict[tuple[int, str], MissionProgress] = field(default_factory=dict)

    def completed(self, mission_id: int, period_key: str | None) -> int:
        row = self.rows.get((mission_id, period_key)) if period_key is not None else None
        return 0 if row is None else row.completed
