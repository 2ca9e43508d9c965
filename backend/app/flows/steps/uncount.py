"""Taking back what was counted: for missions, leaderboards and teams. What ended already waits for a person."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.core.time_utils import kst_date
from app.domain.goals import Goals
from app.domain.missions import Mission, take_from
from app.domain.player import PlayerState
from app.domain.reversals import ReviewKind
from app.domain.season import Season
from app.domain.spans import span_key
from app.domain.teams import take_from_team
from app.flows.steps.decision import Decision

SCORE_LESS = "score_less"
# (kind, operation id, what it is about)
Ask = Callable[[ReviewKind, str, dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class Counted:
    """So much of a metric that was counted at an instant, and is to be taken back."""

    metric: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """One completion of a mission that counts no more. `number` is its number within the period."""

    mission: Mission
    period_key: str
    number: int
    was_claimed: bool


@dataclass(frozen=True, slots=True)
class Uncounter:
    """Takes counts of one player back. `seasons` are all that the player took part in; `ask` leaves it to a person."""

    decision: Decision
    goals: Goals
    seasons: Mapping[int, Season]
    ask: Ask

    def take(self, counted: Counted) -> list[Lost]:
        """Takes a count from every goal that it may have reached; returns the completions that are lost with it."""
        day = kst_date(counted.at)
        season = season_on(self.seasons, self.decision.player, day)
        self._from_boards(counted, day, season)
        self._from_teams(counted, day, season)
        return self._from_missions(counted, day, season)

    def _from_boards(self, counted: Counted, day: date, season: Season | None) -> None:
        decision = self.decision
        for board in self.goals.boards_by_metric.get(counted.metric, ()):
            key = span_key(board.config.span, day, season)
            if key is None or not board.runs_on(day) or not board.is_open_to(decision.player.host_id):
                continue
            if self._is_open(board.closes_at(key, None if season is None else season.end_date)):
                decision.changes.add_score(board.id, key, decision.player.id, -counted.amount, counted.at)
            elif board.config.rank_rewards:
                facts: dict[str, object] = {"board": board.code, "window": key, SCORE_LESS: counted.amount}
                self.ask(ReviewKind.RANK, board.operation_id(decision.player.id, key), facts)

    def _from_teams(self, counted: Counted, day: date, season: Season | None) -> None:
        decision = self.decision
        for contest in self.goals.contests:
            member = decision.player.teams.get(contest.id)
            if member is None or contest.config.metric != counted.metric or not contest.counts_in(season, day):
                continue
            if season is not None and self._is_open(contest.closes_at(season.end_date)):
                if take_from_team(contest, member, amount=counted.amount, at=counted.at, day=day):
                    decision.changes.members[contest.id, member.user_id] = member
            elif contest.config.rank_rewards:
                facts: dict[str, object] = {"contest": contest.code, SCORE_LESS: counted.amount}
                self.ask(ReviewKind.TEAM_RANK, contest.operation_id(decision.player.id), facts)

    def _is_open(self, closes_at: datetime | None) -> bool:
        """True while a score may still change."""
        return closes_at is None or closes_at > max(self.decision.now, self.goals.closed_through or self.decision.now)

    def _from_missions(self, counted: Counted, day: date, season: Season | None) -> list[Lost]:
        decision, sheet = self.decision, self.decision.player.missions
        found: list[Lost] = []
        for mission in self.goals.missions if sheet is not None else ():
            key = span_key(mission.config.span, day, season)
            row = sheet.rows.get((mission.id, key)) if sheet is not None and key is not None else None
            if mission.config.metric != counted.metric or row is None or not mission.covers(day):
                continue
            completed, claimed = row.completed, row.claimed
            take_from(mission, row, counted.amount)
            row.updated_at = decision.now
            decision.changes.missions[row.user_id, row.mission_id, row.period_key] = row
            found += [
                Lost(mission, row.period_key, number, number <= claimed)
                for number in range(row.completed + 1, completed + 1)
            ]
        return found


def season_on(seasons: Mapping[int, Season], player: PlayerState, day: date) -> Season | None:
    """The season of the player's program that ran on a KST day."""
    return next(
        (
            season
            for season in seasons.values()
            if season.program == player.program
            and season.is_open_to(player.host_id)
            and season.start_date <= day <= season.end_date
        ),
        None,
    )
