"""Counting what players do for their missions and scores, in the same transaction as its cause.

A flow that counts does three things: `load_goals` after it has locked its players; `decision.count(metric)` wherever
something happens (steps do this by themselves: stamps, XP, levels, points); `settle_counts` before it answers.

Host events: lock the players, `load_goals(keepers, rules, players, days=…, metrics=…)` with the KST days and the metric
names of the batch, then for each event `decision.count(metric, amount, at=<the event's instant>)` and
`settle_counts(decision, rules.goals)`. Nothing configured that such a count could reach: no statement.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from app.core.invariants import require
from app.core.time_utils import kst_date
from app.domain import metrics
from app.domain.event_names import EventType, Topic
from app.domain.goals import Goals
from app.domain.mission_config import MAX_CLAIM_DAYS
from app.domain.mission_progress import MissionProgress, MissionSheet
from app.domain.missions import Mission, count_towards
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.spans import recent_keys, season_key, span_key
from app.domain.teams import add_to_team
from app.domain.wallet import Reason
from app.flows.steps.decision import Count, Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.services import Services

MISSION_SOURCE = "MISSION"
# the last day of a period lies at most this far back while it can be claimed
LOOK_BACK_DAYS = MAX_CLAIM_DAYS + 1


async def load_goals(
    keepers: Services,
    rules: RuleBook,
    players: Mapping[int, PlayerState],
    *,
    days: Collection[date] = (),
    metric_names: Collection[str] = (),
) -> None:
    """Reads what may be counted now: the players' missions, and their teams. What isn't there costs no statement.

    Lock the players first: their locks guard it. `days` are the KST days that counts will be of (default: today);
    `metric_names` the hosts' metrics among them. The service's own are always expected.
    """
    on = frozenset(days) or frozenset({rules.today})
    goals = rules.goals
    running, contests = goals.running(on, metric_names), goals.open_contests(rules.seasons, metric_names)
    if not players or not (running or contests or goals.is_scored(on, metric_names)):
        return
    for player in players.values():
        player.missions = MissionSheet(frozenset())
    if running:
        await _read_sheets(keepers, players, goals.periods(running, on, rules.seasons))
    for member in await keepers.team.memberships(players, contests) if contests else ():
        players[member.user_id].teams[member.contest_id] = member


async def load_claimable(keepers: Services, rules: RuleBook, players: Mapping[int, PlayerState]) -> None:
    """Reads the players' progress in every period that may still be claimed or counted. As `load_goals` otherwise."""
    if rules.goals.missions and players:
        seasons = [season_key(season.id) for season in rules.seasons]
        await _read_sheets(keepers, players, [*recent_keys(rules.today, LOOK_BACK_DAYS), *seasons])


async def _read_sheets(keepers: Services, players: Mapping[int, PlayerState], periods: Sequence[str]) -> None:
    for player in players.values():
        player.missions = MissionSheet(frozenset(periods))
    for row in await keepers.mission.progress_of(players, periods):
        sheet = players[row.user_id].missions
        if sheet is not None:
            sheet.rows[row.mission_id, row.period_key] = row


def settle_counts(decision: Decision, goals: Goals) -> None:
    """Counts everything that the decision noted, and what follows from the rewards of that, until nothing is left.

    It ends, because a mission is completed a limited number of times in a period.
    """
    counts = decision.counts
    while counts:
        count = counts.pop(0)
        add_scores(decision, goals, metric=count.metric, amount=count.amount, at=count.at)
        advance_missions(decision, goals, metric=count.metric, amount=count.amount, at=count.at)


def advance_missions(decision: Decision, goals: Goals, *, metric: str, amount: int, at: datetime) -> list[str]:
    """Counts `amount` of a metric for every mission that counts it at this instant; the codes of those completed.

    The instant's KST day decides the period and whether the mission runs; a season's mission counts only within the
    player's running season. Nothing is counted for a mission whose required ones aren't completed in their periods of
    that day. Completing pays at once, or leaves the rewards to be claimed. An amount below one counts nothing.
    """
    sheet, completed = decision.player.missions, []
    if sheet is None or amount < 1:
        return []
    day = kst_date(at)
    for mission in goals.by_metric.get(metric, ()):
        if not mission.runs_on(day) or not mission.is_open_to(decision.player.host_id):
            continue
        key = span_key(mission.config.span, day, decision.season)
        if key is None or not goals.is_unlocked(sheet, mission, day, decision.season):
            continue
        require(key in sheet.periods, "the periods of a count were loaded")
        if _advance(decision, mission, sheet, key, amount=amount, day=day):
            completed.append(mission.code)
    return completed


def add_scores(decision: Decision, goals: Goals, *, metric: str, amount: int, at: datetime) -> None:
    """Adds `amount` of a metric (negative: a correction) to the player's scores on every board that ranks it.

    The instant's KST day decides the window; one that is closed takes nothing any more. Needs no read: scores are sums.
    """
    day, season = kst_date(at), decision.season
    for board in goals.boards_by_metric.get(metric, ()):
        key = span_key(board.config.span, day, season)
        if key is None or not board.runs_on(day) or not board.is_open_to(decision.player.host_id):
            continue
        closes_at = board.closes_at(key, None if season is None else season.end_date)
        if closes_at is None or closes_at > max(decision.now, goals.closed_through or decision.now):
            decision.changes.add_score(board.id, key, decision.player.id, amount, at)
    _add_to_teams(decision, goals, Count(metric, amount, at))


def _add_to_teams(decision: Decision, goals: Goals, count: Count) -> None:
    """Adds to the score of the player's team in each contest that ranks the metric, until it closes."""
    day, season = kst_date(count.at), decision.season
    for contest in goals.contests:
        member = decision.player.teams.get(contest.id)
        if member is None or contest.config.metric != count.metric or not contest.counts_in(season, day):
            continue
        closes_at = contest.closes_at(decision.known_season.end_date)
        is_closed = closes_at <= max(decision.now, goals.closed_through or decision.now)
        if not is_closed and add_to_team(contest, member, amount=count.amount, at=count.at, day=day):
            decision.changes.members[contest.id, member.user_id] = member


def pay_completion(decision: Decision, mission: Mission, period_key: str, number: int) -> list[str]:
    """Gives the rewards of the n-th completion of a period; returns where each stands. The caller marks it claimed."""
    states = grant_rewards(
        decision,
        mission.grants,
        operation_id=decision.player.again(mission.operation_id(decision.player.id, period_key, number)),
        source=MISSION_SOURCE,
        reason=Reason.MISSION_REWARD,
    )
    return [state.value for state in states]


def _advance(decision: Decision, mission: Mission, sheet: MissionSheet, key: str, *, amount: int, day: date) -> bool:
    """Counts for one mission; True when that completed it (once more)."""
    player_id = decision.player.id
    row = sheet.rows.get((mission.id, key)) or MissionProgress(player_id, mission.id, key, decision.now)
    before, surplus = row.completed, row.surplus
    if not count_towards(mission, row, amount=amount, day=day):
        if row.surplus != surplus:
            decision.changes.missions[player_id, mission.id, key] = row
        return False
    row.updated_at = decision.now
    sheet.rows[mission.id, key] = row
    decision.changes.missions[player_id, mission.id, key] = row
    complete_to(decision, mission, row, before)
    return row.completed > before


def complete_to(decision: Decision, mission: Mission, row: MissionProgress, before: int) -> None:
    """Tells of each completion behind the first `before` of a period and pays it, as the mission says."""
    for number in range(before + 1, row.completed + 1):
        _complete(decision, mission, row, number)


def _complete(decision: Decision, mission: Mission, row: MissionProgress, number: int) -> None:
    """Tells of the n-th completion and pays it, unless it or one before it is to be claimed by hand."""
    is_paid = mission.is_auto and row.claimed == number - 1
    note_completion(decision, mission, row, number, is_paid=is_paid)
    if is_paid:
        row.claimed = number
        pay_completion(decision, mission, row.period_key, number)


def note_completion(decision: Decision, mission: Mission, row: MissionProgress, number: int, *, is_paid: bool) -> None:
    """Tells of the n-th completion of a period, and counts it for missions of missions."""
    facts = {"mission": mission.code, "period": row.period_key, "number": number, "is_paid": is_paid}
    reference = mission.operation_id(decision.player.id, row.period_key, number)
    decision.log(EventType.MISSION_COMPLETED, None, reference, **facts)
    decision.announce(Topic.MISSION_COMPLETED, **facts)
    if not mission.config.counts_missions:
        decision.count(metrics.MISSION)
