"""What a wallet owes: taken back from it after it was spent. Every credit pays it first."""

from dataclasses import replace

from app.domain.player import PlayerState
from app.domain.wallet import DebtEntry, Reason, move
from app.flows.steps.decision import Decision


def take_tokens(decision: Decision, token_type: str, amount: int, operation_id: str) -> int:
    """Takes tokens back, at once as far as the wallet holds them; the rest is owed. Returns how much is owed of it.

    `operation_id` is that of what had given them: with its own reason it is unique, so that it can happen once.
    """
    balances = decision.player.balances
    held = min(amount, balances.get(token_type, 0))
    if held:
        _take(decision, token_type, held, Reason.REWARD_REVERSAL, operation_id)
    if amount > held:
        _owe(decision, token_type, amount - held, Reason.REWARD_REVERSAL, operation_id)
    return amount - held


def repay(decision: Decision, token_type: str, credited: int, operation_id: str) -> None:
    """Pays what the wallet owes out of what was credited just now."""
    paid = min(credited, decision.player.debts.get(token_type, 0))
    if paid:
        _take(decision, token_type, paid, Reason.DEBT_REPAYMENT, operation_id)
        _owe(decision, token_type, -paid, Reason.DEBT_REPAYMENT, operation_id)


def move_debts(decision: Decision, source: PlayerState) -> None:
    """What the source of a merge owes, the decision's player owes, and pays out of what they have: of their own, too.

    Their wallets have been joined before.
    """
    for token_type in sorted({*source.debts, *decision.player.debts}):
        operation_id, owed = f"MERGE:{source.id}:{token_type}", source.debts.get(token_type, 0)
        if owed:
            _owe(replace(decision, player=source), token_type, -owed, Reason.MERGED_OUT, operation_id)
            if token_type not in decision.player.balances:
                decision.player.balances[token_type] = decision.changes.balances[decision.player.id, token_type] = 0
            _owe(decision, token_type, owed, Reason.MERGED_IN, operation_id)
        repay(decision, token_type, decision.player.balances.get(token_type, 0), operation_id)


def _take(decision: Decision, token_type: str, amount: int, reason: Reason, operation_id: str) -> None:
    player = decision.player
    entry = move(
        player.balances,
        user_id=player.id,
        token_type=token_type,
        delta=-amount,
        reason=reason,
        operation_id=operation_id,
        now=decision.now,
    )
    decision.changes.add_entry(entry)


def _owe(decision: Decision, token_type: str, delta: int, reason: Reason, operation_id: str) -> None:
    player = decision.player
    player.debts[token_type] = player.debts.get(token_type, 0) + delta
    decision.changes.debts.append(
        DebtEntry(
            player.id, token_type, delta, player.debts[token_type], reason, operation_id, decision.now
        )
    )  # fmt: skip
