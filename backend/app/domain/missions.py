"""Missions: a counter, a target, and what completing it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from app.core.time_utils import kst_midnight
from app.domain.belonging import Belonging
from app.domain.grants import Grant
from app.domain.metrics import ONCE_A_DAY
from app.domain.mission_config import MissionConfig
from app.domain.mission_progress import MissionProgress
from app.domain.season import Season
from app.domain.spans import last_day_of, season_of_key

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mission(Belonging):
    """A mission in one version. `host_id` None means the players of every host."""

    id: int
    host_id: int | None
    version: int
    is_active: bool
    config: MissionConfig
    # found once: every completion pays it
    grants: tuple[Grant, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "grants", tuple(reward.grant() for reward in self.config.rewards))

    @property
    def code(self) -> str:
        return self.config.code

    @property
    def is_auto(self) -> bool:
        return self.config.claim == "AUTO"

    def runs_on(self, day: date) -> bool:
        """True when what happens on a KST day counts."""
        return self.is_active and self.covers(day)

    def covers(self, day: date) -> bool:
        """True when what happened on a KST day was in its dates, whether it is in force now or not."""
        starts, ends = self.config.starts_on, self.config.ends_on
        return (starts is None or starts <= day) and (ends is None or day <= ends)

    def operation_id(self, user_id: int, period_key: str, number: int) -> str:
        """The permanent cause of what the n-th completion within a period gives."""
        first = f"MISSION:{self.code}:{user_id}:{period_key}"
        return first if number == 1 else f"{first}:{number}"


def count_towards(mission: Mission, row: MissionProgress, *, amount: int, day: date) -> bool:
    """Adds to the count and to the completions that it makes due; False when nothing changes.

    A count ends where the last completion is due; what lies above it is kept as `surplus`, from which is taken back
    first. What comes once a day counts once for its day, in the order of days.
    """
    config = mission.config
    if config.metric in ONCE_A_DAY and row.counted_on is not None and row.counted_on >= day:
        return False
    before = (row.progress, row.completed)
    row.surplus += amount
    complete_due(mission, row)
    if (row.progress, row.completed) == before:
        return False
    row.counted_on = day
    return True


def complete_due(mission: Mission, row: MissionProgress) -> int:
    """Completes in place what the count is enough for; returns how many completions that made.

    More than none without a count when an operator has lowered the target: nobody has to do anything for it.
    """
    before, config = row.completed, mission.config
    total = row.progress + row.surplus
    row.progress = min(total, max(row.progress, config.target * config.repeat_max))
    row.surplus = total - row.progress
    due = max(before, min(config.repeat_max, row.progress // config.target))
    if due > before and not row.is_open:
        row.version = mission.version
    row.completed = due
    return due - before


def take_from(mission: Mission, row: MissionProgress, amount: int) -> int:
    """Takes from the count in place; returns how many completions are lost with it.

    Only those that the count as it was made due, by the target in force, can be lost: a target that was raised
    meanwhile costs nobody a completion.
    """

    def due(progress: int) -> int:
        return min(mission.config.repeat_max, progress // mission.config.target)

    before = due(row.progress)
    total = max(0, row.progress + row.surplus - amount)
    row.progress = min(row.progress, total)
    row.surplus = total - row.progress
    lost = min(row.completed, before - due(row.progress))
    row.completed -= lost
    row.claimed = min(row.claimed, row.completed)
    if row.completed == 0:
        row.version = 0
    return lost


def claimable_until(mission: Mission, period_key: str, seasons: Mapping[int, Season]) -> datetime | None:
    """The first instant at which a completion of this period can't be claimed any more; None = it always can.

    A season that is long over isn't among `seasons`: its period ended at the beginning of time.
    """
    season_id = season_of_key(period_key)
    season = None if season_id is None else seasons.get(season_id)
    if season_id is not None and season is None:
        return LONG_AGO
    last_day = last_day_of(period_key, None if season is None else season.end_date)
    return None if last_day is None else kst_midnight(last_day + timedelta(days=mission.config.claim_days + 1))
