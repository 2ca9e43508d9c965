"""Plays: each has its ticket, its answer, its events and its number; none happened while stopped."""

from app.services.reconcile.check import Check, complete_since, never_joined

ANSWERS_SINCE = complete_since("idempotency_keys")
EVENTS_SINCE = complete_since("user_event_log")

GAME_CHECKS: tuple[Check, ...] = (
    Check(
        "I6 play has answer",
        "every play has one stored answer, and every stored play answer its play, as far back as answers are kept",
        f"""
        SELECT p.user_id, p.plays, COALESCE(i.answers, 0)
        FROM (
            SELECT user_id, COUNT(*) AS plays FROM game_plays WHERE created_at >= {ANSWERS_SINCE} GROUP BY user_id
        ) p
        LEFT JOIN (
            SELECT SUBSTR(actor, 8) AS player, COUNT(*) AS answers FROM idempotency_keys
            WHERE operation = 'PLAY' AND created_at >= {ANSWERS_SINCE} GROUP BY SUBSTR(actor, 8)
        ) i ON i.player = p.user_id
        WHERE COALESCE(i.answers, 0) <> p.plays AND {never_joined("p.user_id")}
        """,
    ),
    Check(
        "I6 answer is whole",
        "every stored answer is that of a command that was carried out: a status, a document, a fingerprint",
        """
        SELECT actor, operation, idempotency_key, status FROM idempotency_keys
        WHERE status NOT BETWEEN 200 AND 299 OR SUBSTR(body, 1, 1) NOT IN ('{', '[') OR fingerprint = ''
        """,
    ),
    Check(
        "I15 play costs a ticket",
        "every play took its cost from the wallet, once",
        """
        SELECT p.id, p.cost, SUM(l.delta) FROM game_plays p
        LEFT JOIN wallet_ledger l
            ON l.operation_id = CONCAT('PLAY:', p.id) AND l.reason = 'PLAY_COST' AND l.user_id = p.user_id
        GROUP BY p.id, p.cost HAVING COUNT(l.id) <> 1 OR SUM(l.delta) <> -p.cost
        """,
    ),
    Check(
        "I15 play has events",
        "every play has exactly one PLAY and one RESULT event, as far back as events are kept",
        f"""
        SELECT p.user_id, p.plays, e.played, e.resulted, e.named
        FROM (SELECT user_id, COUNT(*) AS plays FROM game_plays WHERE created_at >= {EVENTS_SINCE} GROUP BY user_id) p
        LEFT JOIN (
            SELECT user_id, SUM(event_type = 'PLAY') AS played, SUM(event_type = 'RESULT') AS resulted,
                   COUNT(DISTINCT reference) AS named
            FROM user_event_log WHERE event_type IN ('PLAY', 'RESULT') AND created_at >= {EVENTS_SINCE}
            GROUP BY user_id
        ) e ON e.user_id = p.user_id
        WHERE COALESCE(e.played, 0) <> p.plays OR COALESCE(e.resulted, 0) <> p.plays OR e.named <> p.plays
        """,
    ),
    Check(
        "I15 play numbers",
        "a player's plays of a game are numbered 1, 2, 3, … without a gap",
        """
        SELECT user_id, feature_type, COUNT(*), MAX(play_no) FROM game_plays
        GROUP BY user_id, feature_type HAVING COUNT(*) <> MAX(play_no) OR MIN(play_no) <> 1
        """,
        also=("I18",),
    ),
    Check(
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
)
