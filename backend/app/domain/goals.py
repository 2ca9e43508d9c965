"""Everything that operators let players strive for, as one version: processes keep it parsed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from pydantic_core import from_json

from app.core.names import stored_names
from app.domain.board_config import BoardConfig
from app.domain.boards import Board
from app.domain.metrics import is_own
from app.domain.mission_config import MissionConfig
from app.domain.mission_progress import MissionSheet
from app.domain.missions import Mission
from app.domain.season import Season
from app.domain.spans import Span, season_key, span_key
from app.domain.teams import Contest, ContestConfig


@dataclass(frozen=True, slots=True)
class Goals:
    """Every mission, retired ones among them: others may require them; and every leaderboard and contest of teams."""

    version: int = 0
    missions: tuple[Mission, ...] = ()
    boards: tuple[Board, ...] = ()
    # a window of a leaderboard that was to close by then takes no score any more
    closed_through: datetime | None = None
    contests: tuple[Contest, ...] = ()
    # found once: every count asks for them
    by_metric: dict[str, tuple[Mission, ...]] = field(init=False)
    by_code: dict[str, Mission] = field(init=False)
    by_id: dict[int, Mission] = field(init=False)
    boards_by_metric: dict[str, tuple[Board, ...]] = field(init=False)

    def __post_init__(self) -> None:
        active = [mission for mission in self.missions if mission.is_active]
        metrics = {mission.config.metric for mission in active}
        by_metric = {metric: tuple(m for m in active if m.config.metric == metric) for metric in metrics}
        object.__setattr__(self, "by_metric", by_metric)
        scoring = [board for board in self.boards if board.is_active]
        metrics = {board.config.metric for board in scoring}
        boards = {metric: tuple(b for b in scoring if b.config.metric == metric) for metric in metrics}
        object.__setattr__(self, "boards_by_metric", boards)
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

    def is_scored(self, days: Collection[date], metrics: Collection[str] | None = None) -> bool:
        """True when something on one of these KST days may be scored. `metrics` as with `running`."""
        return any(
            board.runs_on(day)
            for metric, boards in self.boards_by_metric.items()
            if metrics is None or is_own(metric) or metric in metrics
            for board in boards
            for day in days
        )

    def open_contests(self, seasons: Iterable[Season], metrics: Collection[str] | None = None) -> list[int]:
        """The contests in these seasons whose teams something may score for. `metrics` as with `running`."""
        ids = {season.id for season in seasons}
        return [
            contest.id
            for contest in self.contests
            if contest.is_active and contest.config.season_id in ids
            if metrics is None or is_own(contest.config.metric) or contest.config.metric in metrics
        ]

    def is_met_by(self, metric: str, day: date) -> bool:
        """True when a mission or a leaderboard counts this metric on a KST day."""
        is_mission = any(mission.runs_on(day) for mission in self.by_metric.get(metric, ()))
        return is_mission or any(board.runs_on(day) for board in self.boards_by_metric.get(metric, ()))

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


def goals_from(version: int, rows: Iterable[Sequence[Any]]) -> Goals:
    """All goals out of their stored rows: (kind, id, host id, version, whether it is active, its config as JSON).

    The row CLOSED holds an instant in UTC instead of a config.
    """
    with stored_names():
        return _goals(version, rows)


def _goals(version: int, rows: Iterable[Sequence[Any]]) -> Goals:
    missions, boards, contests, closed_through = [], [], [], None
    for kind, id_, host_id, own, is_active, text in sorted(rows, key=lambda row: int(row[1])):
        if kind == "MISSION":
            config = MissionConfig.model_validate(from_json(text))
            missions.append(Mission(id_, host_id, own, bool(is_active), config))
        elif kind == "BOARD":
            boards.append(Board(id_, host_id, own, bool(is_active), BoardConfig.model_validate(from_json(text))))
        elif kind == "CONTEST":
            contests.append(Contest(id_, own, bool(is_active), ContestConfig.model_validate(from_json(text))))
        elif text is not None:
            closed_through = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return Goals(version, tuple(missions), tuple(boards), closed_through, tuple(contests))
