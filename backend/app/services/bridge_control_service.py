"""What a settlement must add up to, counted another way than the settlement counts. Reads, writes nothing.

Joins tables of several keepers: settlements, wallets' ledger, rewards, players.
"""

from dataclasses import dataclass
from typing import Any

from app.db.statements import Statement
from app.db.transaction import Tx

# how the players of a campaign would be settled now; blocked ones and those with too few keys are skips
DUE = Statement("""
    SELECT CASE WHEN is_blocked = 1 THEN 'BLOCKED' WHEN event_key_count >= ? THEN 'PAID'
                WHEN ? = 1 THEN 'PAID' ELSE 'NOT_ENOUGH_KEYS' END AS outcome,
           COUNT(*), SUM(event_pending_points), SUM(event_key_count >= ?)
    FROM user_profiles WHERE event_key_count > 0 AND (? IS NULL OR host_id = ?) GROUP BY outcome
""")
SETTLED = Statement("""
    SELECT COUNT(*), COALESCE(SUM(outcome = 'PAID'), 0), COALESCE(SUM(points_paid), 0), COALESCE(SUM(key_count), 0),
           COALESCE(SUM(pending_points), 0)
    FROM bridge_settlements WHERE campaign_id = ?
""")
LEDGER = Statement("""
    SELECT COUNT(*), COALESCE(SUM(l.delta), 0)
    FROM bridge_settlements s
    JOIN wallet_ledger l ON l.operation_id = CONCAT(?, s.user_id, ':POINT') AND l.reason = 'BRIDGE_POINTS'
    WHERE s.campaign_id = ?
""")
KEYS = Statement("""
    SELECT COUNT(DISTINCT user_id), COUNT(*), COALESCE(SUM(points), 0) FROM bridge_keys
    WHERE campaign_id = ? AND taken_back_at IS NULL
""")
LEFT = Statement("SELECT COUNT(*) FROM user_profiles WHERE event_key_count > 0 AND (? IS NULL OR host_id = ?)")


@dataclass(frozen=True, slots=True)
class DueTotal:
    """How many players would get an outcome, with their pending points, and how many of them have all keys."""

    outcome: str
    players: int
    points: int
    complete: int


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """The same settlement seen from each of its traces."""

    settled: int
    paid: int
    points_paid: int
    keys_settled: int
    points_settled: int
    ledger_rows: int
    ledger_points: int
    players_with_keys: int
    keys: int
    points_collected: int
    left: int


class BridgeControlService:
    """Counts what a settlement did, or would do."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def due(self, *, required_keys: int, is_per_key: bool, host_id: int | None) -> list[DueTotal]:
        """What a settlement would do now, by outcome."""
        rows = await self._tx.rows(DUE, (required_keys, is_per_key, required_keys, host_id, host_id))
        return [DueTotal(outcome, int(n), int(points), int(complete)) for outcome, n, points, complete in rows]

    async def totals(self, campaign_id: int, code: str, host_id: int | None) -> ControlTotals:
        """Every trace, for the proof at the end. Ask on a snapshot."""
        settled, paid, points, keys_settled, points_settled = await self._row(SETTLED, campaign_id)
        ledger_rows, ledger_points = await self._row(LEDGER, f"BRIDGE:{code}:", campaign_id)
        players_with_keys, keys, points_collected = await self._row(KEYS, campaign_id)
        (left,) = await self._row(LEFT, host_id, host_id)
        return ControlTotals(
            settled=settled,
            paid=paid,
            points_paid=points,
            keys_settled=keys_settled,
            points_settled=points_settled,
            ledger_rows=ledger_rows,
            ledger_points=ledger_points,
            players_with_keys=players_with_keys,
            keys=keys,
            points_collected=points_collected,
            left=left,
        )

    async def _row(self, statement: Statement, *params: Any) -> list[int]:
        return [int(value) for value in (await self._tx.rows(statement, params))[0]]
