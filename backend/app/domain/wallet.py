"""Wallet arithmetic: balances are whole tokens and never fall below zero."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.core.errors import AppError
from app.core.invariants import require


class Reason(StrEnum):
    """Why a wallet moved: the counter-account of every ledger entry."""

    PLAY_COST = "PLAY_COST"
    PLAY_REWARD = "PLAY_REWARD"
    SEASON_REWARD = "SEASON_REWARD"
    TRIAL_GRANT = "TRIAL_GRANT"
    BRIDGE_REWARD = "BRIDGE_REWARD"
    BRIDGE_POINTS = "BRIDGE_POINTS"
    RULE_REWARD = "RULE_REWARD"
    MISSION_REWARD = "MISSION_REWARD"
    RANK_REWARD = "RANK_REWARD"
    ADMIN_GRANT = "ADMIN_GRANT"
    ADMIN_REVOKE = "ADMIN_REVOKE"
    CODE_REWARD = "CODE_REWARD"
    INBOX_REWARD = "INBOX_REWARD"
    REWARD_REVERSAL = "REWARD_REVERSAL"
    DEBT_REPAYMENT = "DEBT_REPAYMENT"
    MERGED_OUT = "MERGED_OUT"
    MERGED_IN = "MERGED_IN"
    SEED = "SEED"


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of one wallet. (operation_id, reason) is unique for ever."""

    user_id: int
    token_type: str
    delta: int
    balance_after: int
    reason: Reason
    operation_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DebtEntry:
    """One movement of what a wallet owes: + by a reversal, - by a repayment. (operation_id, reason) is unique."""

    user_id: int
    token_type: str
    delta: int
    debt_after: int
    reason: Reason
    operation_id: str
    created_at: datetime


def require_balance(balances: dict[str, int], token_type: str, needed: int) -> None:
    """Returns when the wallet holds enough; raises NOT_ENOUGH_TOKENS with both figures otherwise."""
    balance = balances.get(token_type, 0)
    if balance < needed:
        raise AppError("NOT_ENOUGH_TOKENS", token_type=token_type, balance=balance, needed=needed)


def move(
    balances: dict[str, int],
    *,
    user_id: int,
    token_type: str,
    delta: int,
    reason: Reason,
    operation_id: str,
    now: datetime,
) -> Entry:
    """Changes the balance in place and returns the ledger entry that says so. Call `require_balance` before a debit."""
    balance = balances.get(token_type, 0) + delta
    require(balance >= 0, "a wallet never falls below zero")
    balances[token_type] = balance
    return Entry(user_id, token_type, delta, balance, reason, operation_id, now)
