"""The daily stamp.

Reads feature_config and seasons (share-locked), user_profiles with wallets and season_progress (locked),
idempotency_keys. Writes season_stamp_log, season_progress, season_counters, season_xp_ledger, season_claims,
reward_log, wallets, wallet_ledger, user_event_log, outbox, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date
from app.domain.event_names import Feature
from app.domain.rule_book import RuleBook
from app.domain.season import StampSource
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.goals import load_goals, settle_counts
from app.flows.steps.save_changes import save_changes
from app.flows.steps.stamp_season import DAILY, add_stamp
from app.flows.steps.streaks import mend_streaks
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class StampCommand(PlayerCommand):
    """One player takes today's stamp. `bonus_xp` is what the door allows: 0 unless the token may give a bonus.

    `program` None is the player's own.
    """

    operation = "STAMP"
    bonus_xp: int = 0
    program: str | None = None


async def stamp(house: House, commands: Sequence[StampCommand]) -> list[Result]:
    """Stamps every player once a KST day: a second stamp is refused with ALREADY_STAMPED_TODAY and changes nothing."""
    now = house.clock.now()

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([Feature.SEASON_PASS], kst_date(now))
        wanted = Wanted.of(rules, wallets=True)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        await load_goals(keepers, rules, players)
        await mend_streaks(keepers, rules, players)
        answers = await keepers.idempotency.stored(answer_keys(commands))
        batch = Batch(players, rules, answers, now, house.approval)
        results = decide_each(batch, commands, lambda decision, c: _stamp_once(decision, c, rules))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _stamp_once(decision: Decision, command: StampCommand, rules: RuleBook) -> bytes:
    rules.require_open(Feature.SEASON_PASS)
    season = decision.season = rules.running_season(decision.player, command.program)
    last = decision.player.progress_in(season.id).last_stamp_date
    if last is not None and last >= decision.today:  # later: the clock of another process is past midnight already
        raise AppError("ALREADY_STAMPED_TODAY", date=decision.today.isoformat())
    answer = add_stamp(
        decision,
        period_key=decision.today.isoformat(),
        source=StampSource.DAILY,
        event_type=DAILY,
        bonus_xp=command.bonus_xp,
    )
    settle_counts(decision, rules.goals)
    return to_json(answer)
