"""Accounts that became part of another: closed, emptied once, into the player who has what they had."""

from app.services.reconcile.check import Check

ACCOUNT_CHECKS: tuple[Check, ...] = (
    Check(
        "I27 merge moves all",
        "what leaves an account by a merge enters one other account, wallet by wallet",
        """
        SELECT o.operation_id, o.delta, SUM(i.delta) FROM wallet_ledger o
        LEFT JOIN wallet_ledger i ON i.operation_id = o.operation_id AND i.reason = 'MERGED_IN'
            AND i.token_type = o.token_type AND i.user_id <> o.user_id
        WHERE o.reason = 'MERGED_OUT' GROUP BY o.id, o.operation_id, o.delta
        HAVING COALESCE(SUM(i.delta), 0) <> -o.delta
        UNION ALL
        SELECT i.operation_id, i.delta, 0 FROM wallet_ledger i
        LEFT JOIN wallet_ledger o ON o.operation_id = i.operation_id AND o.reason = 'MERGED_OUT'
        WHERE i.reason = 'MERGED_IN' AND o.id IS NULL
        """,
    ),
    Check(
        "I27 merged account is closed",
        "an account that became part of another is blocked, holds nothing and waits for no key",
        """
        SELECT s.id, s.merged_into, 0 FROM user_profiles s JOIN user_profiles t ON t.id = s.merged_into
        WHERE s.merged_into IS NOT NULL AND (
            s.is_blocked = 0 OR s.event_key_count <> 0 OR s.event_pending_points <> 0 OR t.merged_into IS NOT NULL
            OR t.host_id <> s.host_id
        )
        UNION ALL
        SELECT w.user_id, 0, w.balance FROM wallets w JOIN user_profiles u ON u.id = w.user_id
        WHERE u.merged_into IS NOT NULL AND w.balance <> 0
        UNION ALL
        SELECT s.id, s.merged_into, 0 FROM user_profiles s LEFT JOIN user_profiles t ON t.id = s.merged_into
        WHERE s.merged_into IS NOT NULL AND t.id IS NULL
        """,
    ),
    Check(
        "I27 merged XP were there",
        "XP that came by a merge are not more than the source had, once for each season",
        """
        SELECT x.operation_id, x.delta, p.current_xp FROM season_xp_ledger x
        LEFT JOIN user_profiles s ON x.operation_id = CONCAT('MERGE:', s.id, ':XP:', x.season_id)
        LEFT JOIN season_progress p ON p.user_id = s.id AND p.season_id = x.season_id
        WHERE x.source = 'MERGE' AND (p.user_id IS NULL OR x.delta > p.current_xp OR x.user_id = s.id)
        """,
    ),
    Check(
        "I27 an id is one player's",
        "no id that still names one player is the id of another",
        """
        SELECT a.host_id, a.user_id, u.id FROM player_aliases a
        JOIN user_profiles u ON u.host_id = a.host_id AND u.external_id = a.external_id
        WHERE a.freed_at IS NULL AND u.id <> a.user_id
        UNION ALL
        SELECT a.host_id, a.user_id, u.merged_into FROM player_aliases a JOIN user_profiles u ON u.id = a.user_id
        WHERE a.freed_at IS NULL AND (u.host_id <> a.host_id OR u.merged_into IS NOT NULL)
        """,
    ),
)
