"""What became of rewards: approvals by a second person, reversals that compensate, nothing given up that was paid."""

from app.services.reconcile.check import Check, same_player

REWARD_CHECKS: tuple[Check, ...] = (
    Check(
        "I22 a second person approved",
        "nobody approved a reward that they caused, and who approved one stands in the operators' log",
        """
        SELECT r.operation_id, r.approved_by FROM reward_log r
        WHERE r.approved_by IS NOT NULL AND (r.approved_by = r.requested_by OR NOT EXISTS (
            SELECT 1 FROM admin_audit_log a
            WHERE a.target = CONCAT('reward:', r.id) AND a.action = 'REWARD_APPROVED' AND a.actor = r.approved_by
        ))
        """,
    ),
    Check(
        "I5 what was not given moved nothing",
        "a reward that waits, failed or was rejected has no wallet entry",
        """
        SELECT r.operation_id, r.state FROM reward_log r
        JOIN wallet_ledger l ON l.operation_id = r.operation_id AND """
        + same_player("l.user_id", "r.user_id")
        + """
            AND l.delta > 0
        WHERE r.state IN ('APPROVAL', 'PENDING', 'FAILED', 'REJECTED')
        """,
    ),
    Check(
        "I5 reversal compensates",
        "what a reversed reward gave was taken back or is owed, to the same amount, and nothing else was",
        """
        SELECT r.operation_id, r.state, SUM(l.delta) FROM reward_log r
        JOIN wallet_ledger l ON l.operation_id = r.operation_id AND """
        + same_player("l.user_id", "r.user_id")
        + """
            AND (l.delta > 0 OR l.reason = 'REWARD_REVERSAL')
        GROUP BY r.id, r.operation_id, r.state, r.amount
        HAVING (r.state = 'REVERSED' AND SUM(l.delta) <> COALESCE((
                SELECT SUM(d.delta) FROM wallet_debts d
                WHERE d.operation_id = r.operation_id AND d.reason = 'REWARD_REVERSAL'
            ), 0))
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
    Check(
        "I17 a code is one player's",
        "a coupon code that was given belongs to the player of its reward, and each granted coupon has its codes",
        """
        SELECT c.code, c.operation_id FROM coupon_codes c
        LEFT JOIN reward_log r ON r.operation_id = c.operation_id
            AND """
        + same_player("r.user_id", "c.user_id")
        + """ AND r.reward_type = 'COUPON' AND r.state IN ('GRANTED', 'REVERSED')
        WHERE c.operation_id IS NOT NULL AND r.id IS NULL
        UNION ALL
        SELECT r.code, r.operation_id FROM reward_log r
        LEFT JOIN coupon_codes c ON c.operation_id = r.operation_id
        WHERE r.reward_type = 'COUPON' AND r.state = 'GRANTED'
        GROUP BY r.id, r.code, r.operation_id, r.amount HAVING COUNT(c.id) <> r.amount
        """,
    ),
    Check(
        "I17 a code is one across pools",
        "a code that counts has its key, which no other has: nobody else holds the same code, in this pool or another",
        """
        SELECT code, operation_id, pool_id FROM coupon_codes
        WHERE code_key <> UPPER(code) OR (code_key IS NULL AND voided_at IS NULL)
        """,
    ),
    Check(
        "I17 what was taken back is void",
        "the codes and entitlements of a reversed reward count no more, and only those",
        """
        SELECT r.operation_id, r.state FROM reward_log r JOIN coupon_codes c ON c.operation_id = r.operation_id
        WHERE (r.state = 'REVERSED') <> (c.voided_at IS NOT NULL)
        UNION ALL
        SELECT r.operation_id, r.state FROM reward_log r JOIN entitlements e ON e.operation_id = r.operation_id
        WHERE (r.state = 'REVERSED') <> (e.revoked_at IS NOT NULL)
        """,
    ),
    Check(
        "I5 entitlement has reward",
        "each entitlement is that of a reward of the same player, resource and days, and the other way round",
        """
        SELECT e.operation_id FROM entitlements e
        LEFT JOIN reward_log r ON r.operation_id = e.operation_id
            AND """
        + same_player("r.user_id", "e.user_id")
        + """ AND r.reward_type = 'ENTITLEMENT' AND r.code = e.resource AND r.amount = e.valid_days
            AND r.state IN ('GRANTED', 'REVERSED')
        WHERE r.id IS NULL
        UNION ALL
        SELECT r.operation_id FROM reward_log r LEFT JOIN entitlements e ON e.operation_id = r.operation_id
        WHERE r.reward_type = 'ENTITLEMENT' AND r.state = 'GRANTED' AND e.id IS NULL
        """,
    ),
    Check(
        "I5 entitlement's days",
        "what was redeemed runs from then on, and nothing else runs",
        """
        SELECT operation_id FROM entitlements
        WHERE (redeemed_at IS NULL) <> (valid_until IS NULL) OR (redeemed_at IS NULL) <> (redeemed_by IS NULL)
            OR redeemed_at < issued_at OR valid_until <= redeemed_at
        """,
    ),
)
