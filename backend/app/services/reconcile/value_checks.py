"""Wallets, ledger and rewards: every balance and every credit is explained."""

from collections.abc import Iterable

from app.domain.wallet import Reason
from app.services.reconcile.check import Check, same_player

# what takes from a wallet; all other reasons give
DEBITS = (*(Reason.PLAY_COST, Reason.ADMIN_REVOKE, Reason.REWARD_REVERSAL, Reason.DEBT_REPAYMENT, Reason.MERGED_OUT),)
# the log and the outbox have no foreign key: they are written with every play
OF_PLAYERS = (
    *("wallets", "wallet_ledger", "wallet_debts", "reward_log", "season_progress", "season_xp_ledger", "game_plays"),
    *("user_event_log", "outbox"),
)


def _names(reasons: Iterable[Reason]) -> str:
    return ", ".join(f"'{reason.value}'" for reason in reasons)


VALUE_CHECKS: tuple[Check, ...] = (
    Check(
        "I1 balance = ledger",
        "a wallet holds exactly the sum of its entries",
        """
        SELECT w.user_id, w.token_type, w.balance, COALESCE(SUM(l.delta), 0)
        FROM wallets w LEFT JOIN wallet_ledger l ON l.user_id = w.user_id AND l.token_type = w.token_type
        GROUP BY w.user_id, w.token_type, w.balance HAVING w.balance <> COALESCE(SUM(l.delta), 0)
        """,
    ),
    Check(
        "I1 ledger has wallet",
        "every entry belongs to a wallet",
        """
        SELECT DISTINCT l.user_id, l.token_type FROM wallet_ledger l
        LEFT JOIN wallets w ON w.user_id = l.user_id AND w.token_type = l.token_type WHERE w.user_id IS NULL
        """,
    ),
    Check(
        "I1 ledger chain",
        "each entry's balance_after is the one before it plus its delta",
        """
        SELECT id, balance_after, running FROM (
            SELECT id, balance_after, SUM(delta) OVER (PARTITION BY user_id, token_type ORDER BY id) AS running
            FROM wallet_ledger
        ) chain WHERE balance_after <> running
        """,
        also=("I2",),
    ),
    Check(
        "I1 debt = its list",
        "a wallet owes exactly the sum of what was owed and paid, step by step, and holds nothing while it owes",
        """
        SELECT w.user_id, w.token_type, w.debt, COALESCE(SUM(d.delta), 0)
        FROM wallets w LEFT JOIN wallet_debts d ON d.user_id = w.user_id AND d.token_type = w.token_type
        GROUP BY w.user_id, w.token_type, w.balance, w.debt
        HAVING w.debt <> COALESCE(SUM(d.delta), 0) OR (w.debt > 0 AND w.balance > 0)
        UNION ALL
        SELECT user_id, token_type, debt_after, running FROM (
            SELECT user_id, token_type, debt_after,
                SUM(delta) OVER (PARTITION BY user_id, token_type ORDER BY id) AS running
            FROM wallet_debts
        ) chain WHERE debt_after <> running
        """,
    ),
    Check(
        "I5 repayment pays a debt",
        "what a wallet paid for its debt was taken from it and from the debt alike",
        """
        SELECT d.operation_id, d.delta, l.delta FROM wallet_debts d
        LEFT JOIN wallet_ledger l ON l.operation_id = d.operation_id AND l.reason = d.reason
            AND l.user_id = d.user_id AND l.token_type = d.token_type
        WHERE d.reason = 'DEBT_REPAYMENT' AND (l.id IS NULL OR l.delta <> d.delta)
        UNION ALL
        SELECT l.operation_id, 0, l.delta FROM wallet_ledger l
        LEFT JOIN wallet_debts d ON d.operation_id = l.operation_id AND d.reason = l.reason
        WHERE l.reason = 'DEBT_REPAYMENT' AND d.id IS NULL
        """,
    ),
    Check(
        "I2 counter-account",
        "every entry names a reason that exists, and takes or gives as that reason does (ADR 190)",
        f"""
        SELECT id, reason, delta FROM wallet_ledger
        WHERE reason NOT IN ({_names(Reason)}) OR (delta < 0) <> (reason IN ({_names(DEBITS)}))
        """,
    ),
    Check(
        "I3 nothing negative",
        "no balance, XP, stamp, key count or stock is below zero",
        """
        SELECT 'wallets', user_id FROM wallets WHERE balance < 0
        UNION ALL SELECT 'progress', user_id FROM season_progress
            WHERE current_xp < 0 OR total_stamps < 0 OR internal_wins < 0
        UNION ALL SELECT 'profile', id FROM user_profiles WHERE event_key_count < 0 OR event_pending_points < 0
        UNION ALL SELECT 'stock', prize_id FROM prize_stock WHERE supply < 0
        """,
    ),
    Check(
        "I5 reward has effect",
        "every granted POINT or TOKEN reward moved its wallet by its amount, once",
        """
        SELECT r.operation_id, r.amount, SUM(l.delta) FROM reward_log r
        LEFT JOIN wallet_ledger l ON l.operation_id = r.operation_id AND """
        + same_player("l.user_id", "r.user_id")
        + """
            AND l.delta > 0 AND l.token_type = CASE r.reward_type WHEN 'POINT' THEN 'POINT' ELSE r.token_type END
        WHERE r.state = 'GRANTED' AND r.reward_type IN ('POINT', 'TOKEN')
        GROUP BY r.id, r.operation_id, r.amount HAVING COUNT(l.id) <> 1 OR SUM(l.delta) <> r.amount
        """,
    ),
    Check(
        "I5 effect has reward",
        "every credit has its reward row",
        """
        SELECT l.operation_id FROM wallet_ledger l
        LEFT JOIN reward_log r ON r.operation_id = l.operation_id AND """
        + same_player("r.user_id", "l.user_id")
        + "WHERE l.delta > 0 AND r.id IS NULL AND l.reason <> 'MERGED_IN'",
    ),
    Check(
        "I5 XP reward has effect",
        "every granted XP reward raised the XP by its amount, and no XP came as a reward otherwise",
        """
        SELECT r.operation_id FROM reward_log r
        LEFT JOIN season_xp_ledger x ON x.operation_id = r.operation_id AND """
        + same_player("x.user_id", "r.user_id")
        + """WHERE r.state = 'GRANTED' AND r.reward_type = 'XP' AND (x.id IS NULL OR x.delta <> r.amount)
        UNION ALL
        SELECT x.operation_id FROM season_xp_ledger x
        WHERE x.delta > 0 AND x.source NOT IN ('STAMP', 'HOST_EVENT', 'MERGE') AND NOT EXISTS (
            SELECT 1 FROM reward_log r WHERE r.operation_id = x.operation_id AND r.reward_type = 'XP'
        )""",
    ),
    Check(
        "I23 no row from the future",
        "nothing is dated after now",
        """
        SELECT 'wallet_ledger', id FROM wallet_ledger WHERE created_at > ?
        UNION ALL SELECT 'reward_log', id FROM reward_log WHERE created_at > ?
        UNION ALL SELECT 'user_event_log', id FROM user_event_log WHERE created_at > ?
        UNION ALL SELECT 'season_stamp_log', id FROM season_stamp_log WHERE created_at > ?
        """,
    ),
    Check(
        "I23 no orphan",
        "what players did and hold belongs to players that exist, whether or not a foreign key sees to it",
        " UNION ALL ".join(
            f"SELECT '{table}', o.user_id FROM {table} o LEFT JOIN user_profiles u ON u.id = o.user_id"
            " WHERE u.id IS NULL"
            for table in OF_PLAYERS
        ),
    ),
)
