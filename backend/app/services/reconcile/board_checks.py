"""Leaderboards: scores are ranked as they stand, windows that ended keep their ranks, and each is paid once."""

from app.services.reconcile.check import Check

# `BOARD:<board>:<player>:<window>` of a rank
OWN_ID = "CONCAT('BOARD:', b.code, ':', r.user_id, ':', r.window_key)"

BOARD_CHECKS: tuple[Check, ...] = (
    Check(
        "I8 rank order = score",
        "what a board is sorted by is its score",
        "SELECT board_id, window_key, user_id FROM leaderboard_scores WHERE rank_key <> -score",
    ),
    Check(
        "I8 rank has its score",
        "every rank of a closed window has the score that stands",
        """
        SELECT r.board_id, r.window_key, r.rank_no, r.score FROM leaderboard_results r
        LEFT JOIN leaderboard_scores s
            ON s.board_id = r.board_id AND s.window_key = r.window_key AND s.user_id = r.user_id
        WHERE s.user_id IS NULL OR s.score <> r.score OR s.reached_at <> r.reached_at
        """,
    ),
    Check(
        "I13 window = ranks",
        "a closed window has the ranks 1 to its number of players",
        """
        SELECT w.board_id, w.window_key, w.players, COALESCE(r.ranks, 0), r.last_rank FROM leaderboard_windows w
        LEFT JOIN (
            SELECT board_id, window_key, COUNT(*) AS ranks, MAX(rank_no) AS last_rank FROM leaderboard_results
            GROUP BY board_id, window_key
        ) r ON r.board_id = w.board_id AND r.window_key = w.window_key
        WHERE w.players <> COALESCE(r.ranks, 0) OR w.players <> COALESCE(r.last_rank, 0)
        """,
    ),
    Check(
        "I13 window is paid",
        "a window is paid when no rank of it waits",
        """
        SELECT w.board_id, w.window_key, r.rank_no FROM leaderboard_windows w
        JOIN leaderboard_results r ON r.board_id = w.board_id AND r.window_key = w.window_key
        WHERE w.state = 'PAID' AND r.state = 'WAITING'
        """,
    ),
    Check(
        "I9 rank is rewarded",
        "every rank that is paid is in the reward log, and no other",
        f"""
        SELECT r.board_id, r.window_key, r.rank_no FROM leaderboard_results r JOIN leaderboards b ON b.id = r.board_id
        LEFT JOIN reward_log l ON l.operation_id = {OWN_ID} AND l.user_id = r.user_id
        WHERE (r.state = 'PAID') <> (l.id IS NOT NULL)
        """,
    ),
    Check(
        "I9 rank reward had a rank",
        "every reward of a leaderboard belongs to a rank, or was settled later for a score of the window",
        f"""
        SELECT l.operation_id FROM reward_log l WHERE l.source = 'BOARD' AND NOT EXISTS (
            SELECT 1 FROM leaderboard_results r JOIN leaderboards b ON b.id = r.board_id
            WHERE r.user_id = l.user_id AND INSTR(CONCAT(l.operation_id, '#'), CONCAT({OWN_ID}, '#')) = 1
        ) AND NOT EXISTS (
            SELECT 1 FROM admin_audit_log a JOIN leaderboard_scores r ON r.user_id = l.user_id
            JOIN leaderboards b ON b.id = r.board_id
            WHERE a.action = 'SETTLED_LATE' AND a.target = CONCAT('player:', l.user_id)
                AND INSTR(a.after, {OWN_ID}) > 0
                AND INSTR(CONCAT(l.operation_id, '#'), CONCAT({OWN_ID}, '#')) = 1
        )
        """,
    ),
)
