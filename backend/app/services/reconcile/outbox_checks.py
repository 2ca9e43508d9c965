"""What happened was announced, and what was announced went where it should."""

from app.services.reconcile.check import Check

# event of the log → what must be announced of it
ANNOUNCED = {
    "SEASON_PASS_LEVEL_UP": "season_pass.level_up",
    "SEASON_PASS_PREMIUM": "season_pass.premium_changed",
    "REWARD_GRANTED": "reward.granted",
    "REWARD_PENDING": "reward.pending",
    "REWARD_REJECTED": "reward.rejected",
    "REWARD_FAILED": "reward.failed",
    "REWARD_REVERSED": "reward.reversed",
    "REWARD_REVOKED": "reward.revoked",
    "REWARD_REDEEMED": "reward.redeemed",
    "BRIDGE_KEY": "bridge.key",
    "MISSION_COMPLETED": "mission.completed",
    "RANK_REWARDED": "leaderboard.rank",
}
EVENTS = ", ".join(f"'{name}'" for name in ANNOUNCED)
TOPIC = " ".join(f"WHEN '{name}' THEN '{topic}'" for name, topic in ANNOUNCED.items())

OUTBOX_CHECKS: tuple[Check, ...] = (
    Check(
        "I20 announced once",
        "every event that hosts must hear of has exactly one announcement, as far back as announcements are kept",
        f"""
        SELECT e.user_id, e.event_type, e.created_at, e.events, COALESCE(o.announced, 0) FROM (
            SELECT user_id, event_type, created_at, COUNT(*) AS events FROM user_event_log
            WHERE event_type IN ({EVENTS}) AND created_at <= ? AND created_at > (SELECT MIN(created_at) FROM outbox)
            GROUP BY user_id, event_type, created_at
        ) e LEFT JOIN (
            SELECT user_id, CASE topic WHEN 'reward.ordered' THEN 'reward.pending' ELSE topic END AS topic, created_at,
                COUNT(*) AS announced FROM outbox GROUP BY 1, 2, 3
        ) o ON o.user_id = e.user_id AND o.created_at = e.created_at AND o.topic = CASE e.event_type {TOPIC} END
        WHERE e.events <> COALESCE(o.announced, 0)
        """,
    ),
    Check(
        "I20 delivery = tries",
        "a delivery counts its tries, and was accepted exactly when the last one was",
        """
        SELECT d.id, d.state, d.attempts, COUNT(a.id), MAX(a.attempt_no) FROM webhook_deliveries d
        LEFT JOIN webhook_attempts a ON a.delivery_id = d.id
        GROUP BY d.id, d.state, d.attempts
        HAVING d.attempts <> COUNT(a.id) OR d.attempts <> COALESCE(MAX(a.attempt_no), 0)
            OR (d.state = 'DELIVERED' AND COALESCE(MAX(CASE WHEN a.attempt_no = d.attempts THEN a.status END), 0)
                NOT BETWEEN 200 AND 299)
        """,
    ),
    Check(
        "I20 delivery has its time",
        "what waits says until when, and what is over says since when",
        """
        SELECT id, state, next_at, finished_at FROM webhook_deliveries
        WHERE (state = 'PENDING') <> (next_at IS NOT NULL) OR (state = 'PENDING') = (finished_at IS NOT NULL)
        """,
    ),
    Check(
        "I20 told to its host",
        "no host is told of another host's player",
        """
        SELECT d.id, d.endpoint_id, d.user_id FROM webhook_deliveries d
        JOIN webhook_endpoints e ON e.id = d.endpoint_id JOIN user_profiles u ON u.id = d.user_id
        WHERE u.host_id <> e.host_id
        """,
    ),
)
