"""Claiming what completed missions give, one or all.

Reads feature_config, seasons and goal_book (share-locked), user_profiles with wallets and season_progress (locked),
mission_progress, mission_versions, idempotency_keys. Writes mission_progress, reward_log, wallets, wallet_ledger,
the season_* tables (XP rewards), user_event_log, outbox, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain import metrics
from app.domain.event_names import EventType, Feature
from app.domain.goals import Goals
from app.domain.mission_config import MAX_CLAIM_DAYS
from app.domain.mission_progress import MissionProgress
from app.domain.missions import Mission, claimable_until, complete_due
from app.domain.rule_book import RuleBook
from app.domain.season import Season
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.goals import load_claimable, note_completion, pay_completion, settle_counts
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted

Versions = dict[tuple[int, int], Mission]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMissionCommand(PlayerCommand):
    """One player claims one mission, in one period or in all that are open; every open mission when it is None."""

    operation = "CLAIM_MISSION"
    mission: str | None
    period_key: str | None = None


async def claim_missions(house: House, commands: Sequence[ClaimMissionCommand]) -> list[Result]:
    """Claims every completion at most once: the loser of a race gets REWARD_ALREADY_CLAIMED."""
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        since = today - timedelta(days=MAX_CLAIM_DAYS)
        rules = await keepers.rule_book.in_force([Feature.CLAIM], today, ended_since=since)
        wanted = Wanted.of(rules, wallets=True)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        await load_claimable(keepers, rules, players)
        answers = await keepers.idempotency.stored(answer_keys(commands))
        open_rows = [row for player in players.values() if player.missions for row in player.missions.rows.values()]
        versions = await _versions(keepers, rules.goals, [row for row in open_rows if row.is_open])
        batch = Batch(players, rules, answers, now, house.approval)
        results = decide_each(batch, commands, lambda decision, c: _claim(decision, c, rules, versions))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


async def _versions(keepers: Services, goals: Goals, rows: Sequence[MissionProgress]) -> Versions:
    """The versions that open completions were made under: most are those in force, the others are read."""
    found: Versions = {}
    for key in sorted({(row.mission_id, row.version) for row in rows}):
        current = goals.by_id.get(key[0])
        mission = current if current and current.version == key[1] else await keepers.mission.version(*key)
        if mission is not None:
            found[key] = mission
    return found


def _claim(decision: Decision, command: ClaimMissionCommand, rules: RuleBook, versions: Versions) -> bytes:
    rules.require_open(Feature.CLAIM)
    rows = _asked_for(decision, command, rules.goals)
    seasons = {season.id: season for season in rules.seasons}
    due = []
    for row in rows:
        _complete_lowered(decision, rules.goals, row, seasons)
        mission = _version_of(row, versions, rules.goals) if row.is_open else None
        if mission is not None:
            until = claimable_until(mission, row.period_key, seasons)
            if until is None or decision.now < until:
                due.append((mission, row))
    if command.mission is not None and not due:
        raise _why_nothing(rows)
    answer = [_claim_row(decision, mission, row) for mission, row in due]
    settle_counts(decision, rules.goals)
    return to_json(answer)


def _complete_lowered(decision: Decision, goals: Goals, row: MissionProgress, seasons: dict[int, Season]) -> None:
    """Completes what a lowered target has made due, while it can be claimed: the claim pays it, AUTO or not."""
    mission = goals.by_id.get(row.mission_id)
    until = None if mission is None else claimable_until(mission, row.period_key, seasons)
    if mission is None or (until is not None and decision.now >= until):
        return
    first = row.completed + 1
    for number in range(first, first + complete_due(mission, row)):
        note_completion(decision, mission, row, number, is_paid=False)


def _version_of(row: MissionProgress, versions: Versions, goals: Goals) -> Mission | None:
    """The version that an open completion is paid by."""
    found = versions.get((row.mission_id, row.version))
    current = goals.by_id.get(row.mission_id)
    return current if found is None and current is not None and current.version == row.version else found


def _asked_for(decision: Decision, command: ClaimMissionCommand, goals: Goals) -> list[MissionProgress]:
    """The player's rows that the command is about, the oldest period first; raises MISSION_NOT_FOUND."""
    sheet = decision.player.missions
    rows = [] if sheet is None else sorted(sheet.rows.values(), key=lambda row: (row.period_key, row.mission_id))
    if command.mission is None:
        return rows
    mission = goals.by_code.get(command.mission)
    if mission is None or not mission.is_open_to(decision.player.host_id):
        raise AppError("MISSION_NOT_FOUND")
    own = [row for row in rows if row.mission_id == mission.id]
    return [row for row in own if command.period_key in (None, row.period_key)]


def _why_nothing(rows: Sequence[MissionProgress]) -> AppError:
    if any(row.is_open for row in rows):
        return AppError("CLAIM_CLOSED")
    return AppError("REWARD_ALREADY_CLAIMED" if any(row.completed for row in rows) else "MISSION_NOT_COMPLETED")


def _claim_row(decision: Decision, mission: Mission, row: MissionProgress) -> dict[str, Any]:
    """Pays every open completion of a period."""
    numbers = range(row.claimed + 1, row.completed + 1)
    row.claimed, row.updated_at = row.completed, decision.now
    decision.changes.missions[row.user_id, row.mission_id, row.period_key] = row
    states = [state for n in numbers for state in pay_completion(decision, mission, row.period_key, n)]
    decision.count(metrics.CLAIM)
    reference = mission.operation_id(row.user_id, row.period_key, row.claimed)
    facts = {"mission": mission.code, "period": row.period_key, "times": len(numbers)}
    decision.log(EventType.MISSION_CLAIMED, Feature.CLAIM, reference, **facts)
    return {
        **facts,
        "rewards": [grant.view() for grant in mission.grants],
        "states": states,
        "claimed_at": kst_text(decision.now),
    }
