"""Support gives a player back a streak that broke through no fault of theirs.

Reads seasons (share-locked), user_profiles with wallets, season_progress, season_passes and season_counters (locked),
idempotency_keys. Writes season_counters, season_progress, season_claims, season_xp_ledger, reward_log, wallets,
wallet_ledger, user_event_log, outbox, admin_audit_log, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date, kst_midnight, kst_text
from app.domain.event_names import EventType, Feature
from app.domain.rule_book import RuleBook
from app.domain.season_options import STREAK, restored_through, set_streak, streak_now
from app.flows.steps.allowances import Allowances, lock_allowances
from app.flows.steps.commands import Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.operators import OperatorCommand
from app.flows.steps.save_changes import save_changes
from app.flows.steps.stamp_season import pay_milestones
from app.flows.steps.streaks import mend_streaks
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreStreakCommand(OperatorCommand):
    """One player's streak becomes `days` long, as of yesterday, or of today if they have stamped today."""

    operation = "RESTORE_STREAK"
    season_id: int
    days: int


@dataclass(frozen=True, slots=True)
class Restored:
    """One restored streak for the audit log."""

    command: RestoreStreakCommand
    before: int
    answer: dict[str, Any]


async def restore_streak(house: House, commands: Sequence[RestoreStreakCommand]) -> list[Result]:
    """Carries out every command once per idempotency key, whoever sends it; milestones it reaches are paid, each once.

    What was lost is restored and no more: a streak is never longer than the days that the player stamped in the season.
    Refusals: USER_NOT_FOUND, SEASON_NOT_FOUND, NO_ACTIVE_SEASON (it does not run), NO_STREAKS, VALIDATION_ERROR at
    `days`, DAILY_LIMIT_REACHED (the operator's own).
    """
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.chosen((command.season_id for command in commands), today)
        givers = {command.act.actor for command in commands}
        allowances = await lock_allowances(house, keepers, [(actor, ()) for actor in givers], today)
        wanted = Wanted.of(rules, wallets=True)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        answers = await keepers.idempotency.stored(answer_keys(commands))
        await mend_streaks(keepers, rules, players)
        days = {c: len(await keepers.season_pass.stamp_days(c.user_id, c.season_id)) for c in commands}
        gifts = await keepers.reward.gifts(players, givers, since=kst_midnight(today))
        batch = Batch(players, rules, answers, now, house.approval, gifts=gifts)
        notes: list[Restored] = []

        def decide(decision: Decision, command: RestoreStreakCommand) -> bytes:
            return _restore(decision, command, rules, allowances, notes, stamped=days[command])

        results = decide_each(batch, commands, decide)
        await save_changes(keepers, batch.changes)
        await allowances.save(keepers)
        for note in notes:
            await keepers.audit.add(
                note.command.act,
                "STREAK_RESTORED",
                f"player:{note.command.user_id}",
                before={"streak_days": note.before},
                after={name: note.answer[name] for name in ("season_id", "streak_days", "milestones")},
                now=now,
            )
        return results

    return await house.write(work)


def _restore(
    decision: Decision,
    command: RestoreStreakCommand,
    rules: RuleBook,
    allowances: Allowances,
    notes: list[Restored],
    *,
    stamped: int,
) -> bytes:
    season = next((s for s in rules.open_to(decision.player) if s.id == command.season_id), None)
    if season is None:
        raise AppError("SEASON_NOT_FOUND")
    if not season.is_running(decision.today):
        raise AppError("NO_ACTIVE_SEASON")
    if season.streak is None:
        raise AppError("NO_STREAKS")
    allowances.require_room(command.act.actor, {}, 1)
    if command.days > stamped:
        raise invalid(("days", f"the player has {stamped} daily stamps of this season: no streak of theirs was longer"))
    decision.season = season
    progress = decision.changes.touch(decision.player, season.id)
    counters = progress.counted_on(decision.today, decision.now)
    before = streak_now(season.streak, counters, decision.today)
    if counters.streak_on is None:
        counters.streak_freezes = season.streak.freezes_at_start
    last = restored_through(decision.today, is_stamped=progress.last_stamp_date == decision.today)
    reached = set_streak(season.streak, counters, command.days, last)
    reference = f"SEASON:{season.id}:{decision.player.id}:{STREAK}"
    facts = {"days": command.days, "was_restored": True}
    decision.log(EventType.SEASON_PASS_STREAK, Feature.SEASON_PASS, reference, **facts)
    recorded = len(decision.changes.rewards)
    milestones = pay_milestones(decision, reached)
    given = [reward.grant for reward in decision.changes.rewards[recorded:]]
    allowances.use(command.act.actor, {}, decision.approval.worth(given))
    answer = {
        "result": "OK",
        "season_id": season.id,
        "user_id": decision.player.id,
        "external_id": decision.player.external_id,
        "streak_days": counters.streak_days,
        "covers_until": last.isoformat(),
        "milestones": milestones,
        "server_time": kst_text(decision.now),
    }
    notes.append(Restored(command, before, answer))
    return to_json(answer)
