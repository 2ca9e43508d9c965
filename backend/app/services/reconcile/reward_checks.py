"""What became of rewards: approvals by a second person, reversals that compensate, nothing given up that was paid."""

from app.services.reconcile.check import Check

REWARD_CHECKS: tuple[Check, ...] = (
    Check(
        "I22 a second person approved",
        "nobody approved a reward that they caused",
        "SELECT operation_id FROM reward_log WHERE approved_by = requested_by",
    ),
    Check(
        "I5 what was not given moved nothing",
        "a reward that waits, failed or was rejected has no wallet entry",
        """
        SELECT r.operation_id, r.state FROM reward_log r
        JOIN wallet_ledger l ON l.operation_id = r.operation_id AND l.user_id = r.user_id AND l.delta > 0
        WHERE r.state IN ('APPROVAL', 'PENDING', 'FAILED', 'REJECTED')
        """,
    ),
    Check(
        "I5 reversal compensates",
        "what a reversed reward gave was taken back by an entry of the same amount, and nothing else was",
        """
        SELECT r.operation_id, r.state, SUM(l.delta) FROM reward_log r
        JOIN wallet_ledger l ON l.operation_id = r.operation_id AND l.user_id = r.user_id
            AND (l.delta > 0 OR l.reason = 'REWARD_REVERSAL')
        GROUP BY r.id, r.operation_id, r.state, r.amount
        HAVING (r.state = 'REVERSED' AND SUM(l.delta) <> 0)
            OR (r.state <> 'REVERSED' AND SUM(CASE l.reason WHEN 'REWARD_REVERSAL' THEN 1 ELSE 0 END) > 0)
        """,
    ),
    Check(
        "I20 only what waits is due",
        "the worker tries again what is pending, and no HOST reward: that is the host's",
        """
        SELECT operation_id, state FROM reward_log
        WHERE next_try_at IS NOT NULL AND (state <> 'PENDING' OR reward_type = 'HOST')
        """,
    ),
)
