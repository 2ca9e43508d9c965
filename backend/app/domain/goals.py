"""Everything that operators let players strive for, as one version: processes keep it parsed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from app.domain.metrics import is_own
from app.domain.mission_progress import MissionSheet
from app.domain.missions import Mission
from app.domain.season import Season
from app.domain.spans import Span, season_key, span_key


@dataclass(frozen=True, slots=True)
class Goals:
    """Every mission, retired ones among them: others may require them."""

    version: int = 0
    missions: tuple[Mission, ...] = ()
    # found once: every count asks for them
    by_metric: dict[str, tuple[Mission, ...]] = field(init=False)
    by_code: dict[str, Mission] = field(init=False)
    by_id: dict[int, Mission] = field(init=False)

    def __post_init__(self) -> None:
        active = [mission for mission in self.missions if mission.is_active]
        metrics = {mission.config.metric for mission in active}
        by_metric = {metric: tuple(m for m in active if m.config.metric == metric) for metric in metrics}
        object.__setattr__(self, "by_metric", by_metric)
        object.__setattr__(self, "by_code", {mission.code: mission for mission in self.missions})
        object.__setattr__(self, "by_id", {mission.id: mission for mission in self.missions})

    def running(self, days: Collection[date], metrics: Collection[str] | None = None) -> list[Mission]:
        """The missions that something on one of these KST days may count for.

        `metrics` names those of hosts that may come; the service's own may always come, each from another's reward.
        """
        return [
            mission
            for metric, missions in self.by_metric.items()
            if metrics is None or is_own(metric) or metric in metrics
            for mission in missions
            if any(mission.runs_on(day) for day in days)
        ]

    def is_met_by(self, metric: str, day: date) -> bool:
        """True when a mission counts this metric on a KST day."""
        return any(mission.runs_on(day) for mission in self.by_metric.get(metric, ()))

    def is_unlocked(self, sheet: MissionSheet, mission: Mission, day: date, season: Season | None) -> bool:
        """True when every mission that this one requires is completed in its own period of the day."""
        required = [self.by_code[code] for code in mission.config.requires if code in self.by_code]
        return all(sheet.completed(one.id, span_key(one.config.span, day, season)) > 0 for one in required)

    def periods(self, missions: Iterable[Mission], days: Collection[date], seasons: Iterable[Season]) -> list[str]:
        """The periods of these missions, and of those they require, on these days."""
        running = list(missions)
        required = [self.by_code[code] for m in running for code in m.config.requires if code in self.by_code]
        spans = {mission.config.span for mission in (*running, *required)}
        keys = {key for day in days for span in spans if (key := span_key(span, day, None)) is not None}
        if Span.SEASON in spans:
            keys |= {season_key(season.id) for season in seasons}
        return sorted(keys)


NO_GOALS = Goals()
