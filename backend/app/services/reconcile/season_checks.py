"""Stamps, XP, levels and claims agree with one another."""

from app.db.statements import Flavour
from app.services.reconcile.check import Check, kst_day


def _stamps_on_other_days(flavour: Flavour) -> str:
    return f"""
        SELECT s.id, s.period_key, s.stamp_date FROM season_stamp_log s JOIN seasons n ON n.id = s.season_id
        WHERE (s.source = 'DAILY' AND s.period_key <> s.stamp_date)
            OR (s.source IN ('DAILY', 'PLAY') AND s.stamp_date <> {kst_day("s.created_at", flavour)})
            OR s.stamp_date < n.start_date OR s.stamp_date > n.end_date
    """


def _late_claims(flavour: Flavour) -> str:
    last_day = "DATE_ADD(n.end_date, INTERVAL n.grace_days DAY)"
    if flavour is Flavour.SQLITE:
        last_day = "date(n.end_date, CONCAT('+', n.grace_days, ' days'))"
    return f"""
        SELECT c.user_id, c.season_id, c.track, c.level FROM season_claims c JOIN seasons n ON n.id = c.season_id
        WHERE c.is_auto = 0 AND {kst_day("c.created_at", flavour)} > {last_day}
    """


SEASON_CHECKS: tuple[Check, ...] = (
    Check(
        "I7 stamp day",
        "a daily stamp's key is its KST day, which is that of its instant, inside its season",
        _stamps_on_other_days,
    ),
    Check(
        "I8 progress = stamps",
        "a player's stamp count is the sum of the stamp log",
        """
        SELECT p.user_id, p.season_id, p.total_stamps, COALESCE(SUM(s.stamp_count), 0) FROM season_progress p
        LEFT JOIN season_stamp_log s ON s.user_id = p.user_id AND s.season_id = p.season_id
        GROUP BY p.user_id, p.season_id, p.total_stamps HAVING p.total_stamps <> COALESCE(SUM(s.stamp_count), 0)
        """,
    ),
    Check(
        "I8 progress = XP ledger",
        "a player's XP is the sum of the XP ledger",
        """
        SELECT p.user_id, p.season_id, p.current_xp, COALESCE(SUM(x.delta), 0) FROM season_progress p
        LEFT JOIN season_xp_ledger x ON x.user_id = p.user_id AND x.season_id = p.season_id
        GROUP BY p.user_id, p.season_id, p.current_xp HAVING p.current_xp <> COALESCE(SUM(x.delta), 0)
        """,
    ),
    Check(
        "I8 level = f(XP)",
        "a player's level is the highest whose required XP is reached",
        """
        SELECT p.user_id, p.season_id, p.current_level, COUNT(l.level) FROM season_progress p
        LEFT JOIN season_levels l ON l.season_id = p.season_id AND l.required_xp <= p.current_xp
        GROUP BY p.user_id, p.season_id, p.current_level HAVING p.current_level <> COUNT(l.level)
        """,
    ),
    Check(
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
    Check(
        "I9 claim was open",
        "only levels that were reached are claimed",
        """
        SELECT c.user_id, c.season_id, c.track, c.level FROM season_claims c
        LEFT JOIN season_progress p ON p.user_id = c.user_id AND p.season_id = c.season_id
        WHERE c.taken_back_at IS NULL AND (p.user_id IS NULL OR c.level > p.current_level)
        """,
    ),
    Check(
        "I9 auto level is paid",
        "every automatic level that was reached is paid",
        """
        SELECT p.user_id, p.season_id, l.level FROM season_progress p
        JOIN season_levels l ON l.season_id = p.season_id AND l.level <= p.current_level AND l.auto_claim = 1
        LEFT JOIN season_claims c
            ON c.user_id = p.user_id AND c.season_id = p.season_id AND c.level = l.level AND c.track = 'FREE'
            AND c.taken_back_at IS NULL
        WHERE c.user_id IS NULL
        """,
    ),
    Check(
        "I19 no claim after the grace",
        "no level was claimed later than its season's end and grace",
        _late_claims,
    ),
)
