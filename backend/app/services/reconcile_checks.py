"""The invariants: (name, promise, SQL that must return no row). A `?` stands for the present instant.

The numbers I1…I25 are those of the reliability plan; each check has a test that plants one violation and sees exactly
this check fire.
"""

CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "I1 balance = ledger",
        "a wallet holds exactly the sum of its entries",
        """
        SELECT w.user_id, w.token_type, w.balance, COALESCE(SUM(l.delta), 0)
        FROM wallets w LEFT JOIN wallet_ledger l ON l.user_id = w.user_id AND l.token_type = w.token_type
        GROUP BY w.user_id, w.token_type, w.balance HAVING w.balance <> COALESCE(SUM(l.delta), 0)
        """,
    ),
    (
        "I1 ledger has wallet",
        "every entry belongs to a wallet",
        """
        SELECT DISTINCT l.user_id, l.token_type FROM wallet_ledger l
        LEFT JOIN wallets w ON w.user_id = l.user_id AND w.token_type = l.token_type WHERE w.user_id IS NULL
        """,
    ),
    (
        "I1 ledger chain",
        "each entry's balance_after is the one before it plus its delta",
        """
        SELECT id, balance_after, running FROM (
            SELECT id, balance_after, SUM(delta) OVER (PARTITION BY user_id, token_type ORDER BY id) AS running
            FROM wallet_ledger
        ) chain WHERE balance_after <> running
        """,
    ),
    (
        "I3 nothing negative",
        "no balance, XP, stamp or key count is below zero",
        """
        SELECT 'wallets', user_id FROM wallets WHERE balance < 0
        UNION ALL SELECT 'progress', user_id FROM season_progress
            WHERE current_xp < 0 OR total_stamps < 0 OR internal_wins < 0
        UNION ALL SELECT 'stock', prize_id FROM prize_stock WHERE supply < 0
        UNION ALL SELECT 'profile', id FROM user_profiles WHERE event_key_count < 0 OR event_pending_points < 0
        """,
    ),
    (
        "I5 reward has effect",
        "every granted POINT or TOKEN reward moved its wallet by its amount, once",
        """
        SELECT r.operation_id, r.amount, SUM(l.delta) FROM reward_log r
        LEFT JOIN wallet_ledger l ON l.operation_id = r.operation_id AND l.user_id = r.user_id AND l.delta > 0
            AND l.token_type = CASE r.reward_type WHEN 'POINT' THEN 'POINT' ELSE r.token_type END
        WHERE r.state = 'GRANTED' AND r.reward_type IN ('POINT', 'TOKEN')
        GROUP BY r.id, r.operation_id, r.amount HAVING COUNT(l.id) <> 1 OR SUM(l.delta) <> r.amount
        """,
    ),
    (
        "I5 effect has reward",
        "every credit has its reward row",
        """
        SELECT l.operation_id FROM wallet_ledger l
        LEFT JOIN reward_log r ON r.operation_id = l.operation_id AND r.user_id = l.user_id
        WHERE l.delta > 0 AND r.id IS NULL
        """,
    ),
    (
        "I5 XP reward has effect",
        "every granted XP reward raised the XP by its amount",
        """
        SELECT r.operation_id FROM reward_log r
        LEFT JOIN season_xp_ledger x ON x.operation_id = r.operation_id AND x.user_id = r.user_id
        WHERE r.state = 'GRANTED' AND r.reward_type = 'XP' AND (x.id IS NULL OR x.delta <> r.amount)
        """,
    ),
    (
        "I6 play has answer",
        "every play has one stored answer, and every stored play answer its play",
        """
        SELECT p.user_id, p.plays, COALESCE(i.answers, 0)
        FROM (SELECT user_id, COUNT(*) AS plays FROM game_plays GROUP BY user_id) p
        LEFT JOIN (
            SELECT SUBSTR(actor, 8) AS player, COUNT(*) AS answers FROM idempotency_keys
            WHERE operation = 'PLAY' GROUP BY SUBSTR(actor, 8)
        ) i ON i.player = p.user_id
        WHERE COALESCE(i.answers, 0) <> p.plays
        """,
    ),
    (
        "I7 stamp day",
        "a daily stamp's key is its KST day, inside its season",
        """
        SELECT s.id, s.period_key, s.stamp_date FROM season_stamp_log s JOIN seasons n ON n.id = s.season_id
        WHERE (s.source = 'DAILY' AND s.period_key <> s.stamp_date)
            OR s.stamp_date < n.start_date OR s.stamp_date > n.end_date
        """,
    ),
    (
        "I8 progress = stamps",
        "a player's stamp count is the sum of the stamp log",
        """
        SELECT p.user_id, p.season_id, p.total_stamps, COALESCE(SUM(s.stamp_count), 0) FROM season_progress p
        LEFT JOIN season_stamp_log s ON s.user_id = p.user_id AND s.season_id = p.season_id
        GROUP BY p.user_id, p.season_id, p.total_stamps HAVING p.total_stamps <> COALESCE(SUM(s.stamp_count), 0)
        """,
    ),
    (
        "I8 progress = XP ledger",
        "a player's XP is the sum of the XP ledger",
        """
        SELECT p.user_id, p.season_id, p.current_xp, COALESCE(SUM(x.delta), 0) FROM season_progress p
        LEFT JOIN season_xp_ledger x ON x.user_id = p.user_id AND x.season_id = p.season_id
        GROUP BY p.user_id, p.season_id, p.current_xp HAVING p.current_xp <> COALESCE(SUM(x.delta), 0)
        """,
    ),
    (
        "I8 level = f(XP)",
        "a player's level is the highest whose required XP is reached",
        """
        SELECT p.user_id, p.season_id, p.current_level, COUNT(l.level) FROM season_progress p
        LEFT JOIN season_levels l ON l.season_id = p.season_id AND l.required_xp <= p.current_xp
        GROUP BY p.user_id, p.season_id, p.current_level HAVING p.current_level <> COUNT(l.level)
        """,
    ),
    (
        "I8 stamp XP",
        "every stamp's XP stands in the XP ledger",
        """
        SELECT s.user_id, s.season_id, s.stamped, COALESCE(x.earned, 0)
        FROM (SELECT user_id, season_id, SUM(xp_earned) AS stamped FROM season_stamp_log GROUP BY user_id, season_id) s
        LEFT JOIN (
            SELECT user_id, season_id, SUM(delta) AS earned FROM season_xp_ledger
            WHERE source = 'STAMP' GROUP BY user_id, season_id
        ) x ON x.user_id = s.user_id AND x.season_id = s.season_id
        WHERE s.stamped <> COALESCE(x.earned, 0)
        """,
    ),
    (
        "I9 claim was open",
        "only levels that were reached are claimed",
        """
        SELECT c.user_id, c.season_id, c.track, c.level FROM season_claims c
        LEFT JOIN season_progress p ON p.user_id = c.user_id AND p.season_id = c.season_id
        WHERE p.user_id IS NULL OR c.level > p.current_level
        """,
    ),
    (
        "I9 auto level is paid",
        "every automatic level that was reached is paid",
        """
        SELECT p.user_id, p.season_id, l.level FROM season_progress p
        JOIN season_levels l ON l.season_id = p.season_id AND l.level <= p.current_level AND l.auto_claim = 1
        LEFT JOIN season_claims c
            ON c.user_id = p.user_id AND c.season_id = p.season_id AND c.level = l.level AND c.track = 'FREE'
        WHERE c.user_id IS NULL
        """,
    ),
    (
        "I15 play costs a ticket",
        "every play took its cost from the wallet, once",
        """
        SELECT p.id, p.cost, SUM(l.delta) FROM game_plays p
        LEFT JOIN wallet_ledger l
            ON l.operation_id = CONCAT('PLAY:', p.id) AND l.reason = 'PLAY_COST' AND l.user_id = p.user_id
        GROUP BY p.id, p.cost HAVING COUNT(l.id) <> 1 OR SUM(l.delta) <> -p.cost
        """,
    ),
    (
        "I15 play has events",
        "every play has exactly one PLAY and one RESULT event",
        """
        SELECT p.user_id, p.plays, e.played, e.resulted, e.named
        FROM (SELECT user_id, COUNT(*) AS plays FROM game_plays GROUP BY user_id) p
        LEFT JOIN (
            SELECT user_id, SUM(event_type = 'PLAY') AS played, SUM(event_type = 'RESULT') AS resulted,
                   COUNT(DISTINCT reference) AS named
            FROM user_event_log WHERE event_type IN ('PLAY', 'RESULT') GROUP BY user_id
        ) e ON e.user_id = p.user_id
        WHERE COALESCE(e.played, 0) <> p.plays OR COALESCE(e.resulted, 0) <> p.plays OR e.named <> p.plays
        """,
    ),
    (
        "I15 play numbers",
        "a player's plays of a game are numbered 1, 2, 3, … without a gap",
        """
        SELECT user_id, feature_type, COUNT(*), MAX(play_no) FROM game_plays
        GROUP BY user_id, feature_type HAVING COUNT(*) <> MAX(play_no) OR MIN(play_no) <> 1
        """,
    ),
    (
        "I16 stock = starts + restocks",
        "what there was of a prize is what it started with and what operators added",
        """
        SELECT s.feature_type, s.prize_id, s.supply, l.units, l.started FROM prize_stock s
        LEFT JOIN (
            SELECT feature_type, prize_id, SUM(delta) AS units,
                   SUM(CASE reason WHEN 'STARTED' THEN delta ELSE 0 END) AS started
            FROM prize_stock_log GROUP BY feature_type, prize_id
        ) l ON l.feature_type = s.feature_type AND l.prize_id = s.prize_id
        WHERE l.units IS NULL OR l.units <> s.supply OR l.started <> s.started_with
        """,
    ),
    (
        "I16 stock - left = won",
        "a prize's units are given away once each, numbered without a gap, never more than there are",
        """
        SELECT g.feature_type, g.stock_prize_id, g.given, g.newest, s.supply FROM (
            SELECT feature_type, stock_prize_id, COUNT(*) AS given, MIN(stock_unit_no) AS oldest,
                   MAX(stock_unit_no) AS newest
            FROM game_plays WHERE stock_prize_id IS NOT NULL GROUP BY feature_type, stock_prize_id
        ) g LEFT JOIN prize_stock s ON s.feature_type = g.feature_type AND s.prize_id = g.stock_prize_id
        WHERE s.supply IS NULL OR g.given > s.supply OR g.given <> g.newest OR g.oldest <> 1
        """,
    ),
    (
        "I19 no play while stopped",
        "no play was accepted after a recorded stop and before the next start",
        """
        SELECT p.id, h.id FROM game_plays p
        JOIN feature_history h ON h.feature_type = p.feature_type AND h.created_at < p.created_at AND h.is_enabled = 0
        WHERE NOT EXISTS (
            SELECT 1 FROM feature_history n
            WHERE n.feature_type = h.feature_type AND n.id > h.id AND n.created_at <= p.created_at
        )
        """,
    ),
    (
        "I23 no row from the future",
        "nothing is dated after now",
        """
        SELECT 'wallet_ledger', id FROM wallet_ledger WHERE created_at > ?
        UNION ALL SELECT 'reward_log', id FROM reward_log WHERE created_at > ?
        UNION ALL SELECT 'user_event_log', id FROM user_event_log WHERE created_at > ?
        UNION ALL SELECT 'season_stamp_log', id FROM season_stamp_log WHERE created_at > ?
        """,
    ),
)
