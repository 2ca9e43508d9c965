"""An operator gives tokens to a player, takes some back, or asks for a compensation.

Reads and locks grant_allowances, then user_profiles with wallets; reads idempotency_keys and reward_log. Writes
wallets, wallet_ledger, reward_log (grants), user_event_log, outbox, grant_allowances, admin_audit_log,
idempotency_keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic_core import to_json

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_date, kst_midnight, kst_text
from app.domain.event_names import EventType, Topic
from app.domain.grants import POINT, Grant, RewardState, RewardType
from app.domain.reference_findings import Finding
from app.domain.rule_book import RuleBook
from app.domain.wallet import Reason, move, require_balance
from app.flows.steps.allowances import Allowances, lock_allowances
from app.flows.steps.commands import IdempotencyKey, Result
from app.flows.steps.decide_each import Batch, answer_keys, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import grant_rewards
from app.flows.steps.operators import OperatorCommand
from app.flows.steps.save_changes import save_changes
from app.games import TOKEN_TYPES
from app.services import House, Services
from app.services.idempotency_service import GIFT, OPERATORS
from app.services.player_state import Wanted
from app.utils.random_utils import new_id

ADMIN_SOURCE = "ADMIN"


class Adjustment(StrEnum):
    """What an operator does with a wallet. A compensation is a gift that waits for a second person, however small."""

    GRANT = "GRANT"
    REVOKE = "REVOKE"
    MAKE_GOOD = "MAKE_GOOD"


AUDITED_AS = {
    Adjustment.GRANT: "WALLET_GRANTED",
    Adjustment.REVOKE: "WALLET_REVOKED",
    Adjustment.MAKE_GOOD: "MAKE_GOOD_ASKED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustCommand(OperatorCommand):
    """One operator and one wallet of one player."""

    kind: Adjustment
    token_type: str
    amount: int

    def answer_key(self, idempotency: IdempotencyKey) -> tuple[str, str, str]:
        """The key is the deed's, whoever does it. A grant, a compensation and a mailing are one deed: all give."""
        return (OPERATORS, GIFT if self.gives else "ADMIN_REVOKE", idempotency.key)

    @property
    def gives(self) -> bool:
        return self.kind is not Adjustment.REVOKE

    @property
    def grant(self) -> Grant:
        waits = self.kind is Adjustment.MAKE_GOOD
        if self.token_type == POINT:
            return Grant(RewardType.POINT, self.amount, needs_approval=waits)
        return Grant(RewardType.TOKEN, self.amount, self.token_type, needs_approval=waits)


@dataclass(frozen=True, slots=True)
class Note:
    """One adjustment for the audit log."""

    command: AdjustCommand
    before: int
    answer: dict[str, Any]


async def find_player(house: House, host: str, external_id: str) -> int:
    """The id of a host's player, which never changes; raises USER_NOT_FOUND."""
    user_id = await house.read(lambda keepers: keepers.player.find(host, external_id))
    if user_id is None:
        raise AppError("USER_NOT_FOUND")
    return user_id


def require_adjustable(house: House, token_type: str, amount: int) -> None:
    """Returns when such an adjustment is allowed at all; raises VALIDATION_ERROR naming the field otherwise."""
    if token_type not in TOKEN_TYPES | {POINT}:
        raise AppError("VALIDATION_ERROR", fields=[Finding("UNKNOWN_TOKEN", "token_type", token_type).view()])
    if amount > house.settings.admin_grant_max:
        raise invalid(("amount", f"at most {house.settings.admin_grant_max} at once"))


async def adjust_wallets(house: House, commands: Sequence[AdjustCommand]) -> list[Result]:
    """Carries out every command once per idempotency key, whoever sends it; results in the same order.

    Refusals: USER_NOT_FOUND, NOT_ENOUGH_TOKENS (a revoke below zero), DAILY_LIMIT_REACHED (the operator's own).
    """
    now = house.clock.now()
    today = kst_date(now)

    async def work(keepers: Services) -> list[Result]:
        givers = [(command.act.actor, [command.token_type]) for command in commands if command.gives]
        allowances = await lock_allowances(house, keepers, givers, today)
        players = await keepers.player.lock((command.user_id for command in commands), Wanted(wallets=True))
        answers = await keepers.idempotency.stored(answer_keys(commands))
        rules = RuleBook({}, (), today)  # a gift asks no switch and no season
        gifts = await keepers.reward.gifts(players, {actor for actor, _ in givers}, since=kst_midnight(today))
        batch = Batch(players, rules, answers, now, house.approval, gifts=gifts)
        notes: list[Note] = []
        results = decide_each(batch, commands, lambda decision, c: _adjust(decision, c, allowances, notes))
        await save_changes(keepers, batch.changes)
        await allowances.save(keepers)
        for note in notes:
            await _audit(keepers, note, batch)
        return results

    return await house.write(work)


def _adjust(decision: Decision, command: AdjustCommand, allowances: Allowances, notes: list[Note]) -> bytes:
    before = decision.player.balances.get(command.token_type, 0)
    operation_id = f"ADMIN:{new_id(decision.now)}"
    if command.gives:
        given = (command.act.actor, {command.token_type: command.amount}, decision.approval.worth([command.grant]))
        allowances.require_room(*given)
        state = _give(decision, command, operation_id)
        allowances.use(*given)
    else:
        require_balance(decision.player.balances, command.token_type, command.amount)
        state = _take_back(decision, command, operation_id)
    answer = _answer(decision, command, operation_id, state)
    notes.append(Note(command, before, answer))
    return to_json(answer)


def _give(decision: Decision, command: AdjustCommand, operation_id: str) -> RewardState:
    states = grant_rewards(
        decision, [command.grant], operation_id=operation_id, source=ADMIN_SOURCE, reason=Reason.ADMIN_GRANT
    )
    return states[0]


def _take_back(decision: Decision, command: AdjustCommand, operation_id: str) -> RewardState:
    player = decision.player
    entry = move(
        player.balances,
        user_id=player.id,
        token_type=command.token_type,
        delta=-command.amount,
        reason=Reason.ADMIN_REVOKE,
        operation_id=operation_id,
        now=decision.now,
    )
    decision.changes.add_entry(entry)
    facts = command.grant.view()
    decision.log(EventType.REWARD_REVOKED, None, operation_id, source=ADMIN_SOURCE, **facts)
    decision.announce(Topic.REWARD_REVOKED, operation_id=operation_id, **facts)
    return RewardState.REVERSED


def _answer(decision: Decision, command: AdjustCommand, operation_id: str, state: RewardState) -> dict[str, Any]:
    return {
        "result": "OK",
        "operation_id": operation_id,
        "user_id": decision.player.id,
        "external_id": decision.player.external_id,
        "token_type": command.token_type,
        "amount": command.amount,
        "state": state.value,
        "balance": decision.player.balances.get(command.token_type, 0),
        "created_at": kst_text(decision.now),
    }


async def _audit(keepers: Services, note: Note, batch: Batch) -> None:
    command = note.command
    await keepers.audit.add(
        command.act,
        AUDITED_AS[command.kind],
        f"player:{command.user_id}",
        before={"token_type": command.token_type, "balance": note.before},
        after={name: note.answer[name] for name in ("token_type", "balance", "amount", "state", "operation_id")},
        now=batch.now,
    )
