"""Premium passes, bonuses beside the levels, and what is counted for them."""

from app.services.reconcile.check import FIRST_NAME, STANDING, Check, never_joined

PASS_CHECKS: tuple[Check, ...] = (
    Check(
        "I8 XP of the day",
        "the XP counted towards a day's cap is what was earned since the count began",
        """
        SELECT k.user_id, k.season_id, k.earned_xp, COALESCE(SUM(x.delta), 0) FROM season_counters k
        LEFT JOIN season_xp_ledger x ON x.user_id = k.user_id AND x.season_id = k.season_id AND x.is_earned = 1
            AND x.created_at >= k.counted_since
        GROUP BY k.user_id, k.season_id, k.earned_xp HAVING k.earned_xp <> COALESCE(SUM(x.delta), 0)
        """,
    ),
    Check(
        "I8 play stamps of the day",
        "the stamps counted towards a day's number are those that plays gave since the count began",
        """
        SELECT k.user_id, k.season_id, k.play_stamps, COUNT(s.id) FROM season_counters k
        LEFT JOIN season_stamp_log s ON s.user_id = k.user_id AND s.season_id = k.season_id AND s.source = 'PLAY'
            AND s.created_at >= k.counted_since
        GROUP BY k.user_id, k.season_id, k.play_stamps HAVING k.play_stamps <> COUNT(s.id)
        """,
    ),
    Check(
        "I8 streak is possible",
        "no streak is longer than the best one, covers no day, or owes freezes",
        """
        SELECT user_id, season_id FROM season_counters
        WHERE streak_days > streak_best OR streak_days < 0 OR streak_freezes < 0
            OR (streak_days > 0) <> (streak_on IS NOT NULL)
        """,
    ),
    Check(
        "I9 overflow is paid",
        "the overflow bonuses counted are in the reward log, and what was lost with its XP was taken back",
        f"""
        SELECT k.user_id, k.season_id, k.overflow_bonuses, COUNT(r.id) FROM season_counters k
        LEFT JOIN reward_log r ON r.user_id = k.user_id AND r.source = 'SEASON' AND INSTR(r.operation_id, '#') = 0
            AND INSTR(r.operation_id, CONCAT('SEASON:', k.season_id, ':', k.user_id, ':OVERFLOW:')) = 1
        WHERE {never_joined("k.user_id")}
        GROUP BY k.user_id, k.season_id, k.overflow_bonuses
        HAVING k.overflow_bonuses > COUNT(DISTINCT {FIRST_NAME}) OR k.overflow_bonuses < {STANDING}
        """,
    ),
    Check(
        "I9 milestone is paid",
        "every milestone that a player's best streak reached is in the reward log",
        f"""
        SELECT k.user_id, k.season_id, b.threshold FROM season_counters k
        JOIN season_bonuses b ON b.season_id = k.season_id AND b.kind = 'STREAK' AND b.item_no = 1
            AND b.threshold <= k.streak_best
        LEFT JOIN reward_log r
            ON r.operation_id = CONCAT('SEASON:', k.season_id, ':', k.user_id, ':STREAK:', b.threshold)
        WHERE r.id IS NULL AND {never_joined("k.user_id")}
        """,
    ),
    Check(
        "I9 premium level is paid",
        "every automatic level that an owner of a premium track has reached is paid on it",
        """
        SELECT y.user_id, y.season_id, y.track, l.level FROM season_passes y
        JOIN season_progress p ON p.user_id = y.user_id AND p.season_id = y.season_id
        JOIN season_levels l ON l.season_id = y.season_id AND l.level <= p.current_level AND l.auto_claim = 1
        JOIN season_level_rewards w
            ON w.season_id = y.season_id AND w.level = l.level AND w.track = y.track AND w.item_no = 1
        LEFT JOIN season_claims c
            ON c.user_id = y.user_id AND c.season_id = y.season_id AND c.level = l.level AND c.track = y.track
            AND c.taken_back_at IS NULL
        WHERE y.revoked_at IS NULL AND c.user_id IS NULL
        """,
    ),
    Check(
        "I9 premium claim had a pass",
        "premium levels are paid only to those who own or owned their track",
        """
        SELECT c.user_id, c.season_id, c.track, c.level FROM season_claims c
        LEFT JOIN season_passes y ON y.user_id = c.user_id AND y.season_id = c.season_id AND y.track = c.track
        WHERE c.taken_back_at IS NULL AND c.track <> 'FREE' AND (y.user_id IS NULL OR c.created_at > y.revoked_at)
        """,
    ),
    Check(
        "I9 pass ends after it began",
        "no pass was revoked before it was granted, and every owner has progress",
        """
        SELECT y.user_id, y.season_id, y.track FROM season_passes y
        LEFT JOIN season_progress p ON p.user_id = y.user_id AND p.season_id = y.season_id
        WHERE y.revoked_at < y.granted_at OR p.user_id IS NULL
        """,
    ),
    Check(
        "I24 season has a program",
        "every season belongs to a program that exists",
        """
        SELECT s.id, s.program FROM seasons s LEFT JOIN programs g ON g.code = s.program WHERE g.id IS NULL
        """,
    ),
)
