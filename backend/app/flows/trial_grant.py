"""One free ticket for a player who has none left, as often as the game's config allows.

Reads feature_config and game_configs (share-locked), user_profiles with wallets (locked), wallet_ledger,
idempotency_keys. Writes wallets, wallet_ledger, reward_log, user_event_log, outbox, idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic_core import to_json

from app.core.time_utils import kst_date
from app.domain.event_names import EventType
from app.domain.game import Game
from app.domain.game_fields import TrialCaps
from app.domain.grants import Grant, RewardType
from app.domain.rule_book import RuleBook
from app.domain.wallet import Reason
from app.flows.steps.commands import PlayerCommand, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCommand(PlayerCommand):
    """One player asks for a trial ticket of one game."""

    operation = "TRIAL_GRANT"
    game: Game


async def trial_grant(house: House, command: TrialCommand) -> Result:
    """Gives a ticket at balance 0 within the caps of the day and the ISO week; else SKIP, which changes nothing."""
    now = house.clock.now()
    today, game = kst_date(now), command.game

    async def work(keepers: Services) -> Result:
        rules = await keepers.rule_book.in_force([game.feature_type], today)
        players = await keepers.player.lock([command.user_id], Wanted(wallets=True))
        given = await keepers.wallet.trial_days(command.user_id, game.token_type, *week_of(today))
        answers = await keepers.idempotency.stored(answer_keys([command]))
        batch = Batch(players, rules, answers, now, house.approval)
        results = decide_each(batch, [command], lambda decision, c: _give_once(decision, c.game, rules, given))
        await save_changes(keepers, batch.changes)
        return results[0]

    return await house.write(work)


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the ISO week of a KST day; it may lie in two years."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _give_once(decision: Decision, game: Game, rules: RuleBook, given: Sequence[date]) -> bytes:
    rules.require_open(game.feature_type)
    setup = rules.require_setup(game.feature_type).setup
    player, token = decision.player, game.token_type
    reason = _why_not(setup.trial, player.balances.get(token, 0), given, decision.today)
    if reason is None:
        number = given.count(decision.today) + 1
        operation_id = f"TRIAL:{player.id}:{token}:{decision.today.isoformat()}:{number}"
        ticket = Grant(RewardType.TOKEN, 1, token)
        grant_rewards(decision, [ticket], operation_id=operation_id, source="TRIAL", reason=Reason.TRIAL_GRANT)
        decision.log(EventType.TRIAL_GRANT, game.feature_type, operation_id, token_type=token, amount=1)
    return to_json({
        "result": "OK" if reason is None else "SKIP",
        "granted": 1 if reason is None else 0,
        "balance": player.balances.get(token, 0),
        "token_type": token,
        "reason": reason,
    })  # fmt: skip


def _why_not(caps: TrialCaps | None, balance: int, given: Sequence[date], today: date) -> str | None:
    """Why no ticket is given now; None when one is."""
    if caps is None:
        return "NOT_OFFERED"
    if balance > 0:
        return "HAS_TICKETS"
    if given.count(today) >= caps.per_day:
        return "DAY_CAP_REACHED"
    return "WEEK_CAP_REACHED" if len(given) >= caps.per_week else None
