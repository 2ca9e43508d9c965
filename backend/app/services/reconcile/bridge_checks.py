"""Bridge keys, counters, settlements and the worker's runs agree with one another."""

from app.services.reconcile.check import Check, own_account

# keys that wait for their settlement, by player; those of an account that became part of another's wait with the other
WAITING = f"""
    SELECT k.user_id, COUNT(*) AS keys_held, SUM(k.points) AS points FROM bridge_keys k
    LEFT JOIN bridge_settlements s ON s.campaign_id = k.campaign_id AND s.user_id = k.user_id
    WHERE s.id IS NULL AND k.taken_back_at IS NULL AND {own_account("k.user_id")} GROUP BY k.user_id
"""
# `BRIDGE:<campaign>:<player>:<item>` of a settlement
OWN_ID = "CONCAT('BRIDGE:', c.code, ':', s.user_id, ':{item}')"

BRIDGE_CHECKS: tuple[Check, ...] = (
    Check(
        "I10 key count = keys",
        "a player's key counter is the number of their keys that wait for settlement",
        f"""
        SELECT u.id, u.event_key_count, COALESCE(w.keys_held, 0) FROM user_profiles u
        LEFT JOIN ({WAITING}) w ON w.user_id = u.id WHERE u.event_key_count <> COALESCE(w.keys_held, 0)
        """,
    ),
    Check(
        "I10 key on its day",
        "every key is of a slot of its campaign, on the slot's own day",
        """
        SELECT k.id, k.event_type, k.key_date FROM bridge_keys k
        LEFT JOIN bridge_slots s
            ON s.campaign_id = k.campaign_id AND s.event_type = k.event_type AND s.day = k.day
            AND s.slot_date = k.key_date
        WHERE s.day IS NULL
        """,
    ),
    Check(
        "I11 pending = keys",
        "a player's pending points are those of their keys that wait for settlement",
        f"""
        SELECT u.id, u.event_pending_points, COALESCE(w.points, 0) FROM user_profiles u
        LEFT JOIN ({WAITING}) w ON w.user_id = u.id WHERE u.event_pending_points <> COALESCE(w.points, 0)
        """,
    ),
    Check(
        "I12 settlement = keys",
        "a settlement kept what the player's keys were",
        """
        SELECT s.campaign_id, s.user_id, s.key_count, s.pending_points FROM bridge_settlements s
        LEFT JOIN (
            SELECT campaign_id, user_id, COUNT(*) AS keys_held, SUM(points) AS points FROM bridge_keys
            WHERE taken_back_at IS NULL GROUP BY campaign_id, user_id
        ) k ON k.campaign_id = s.campaign_id AND k.user_id = s.user_id
        WHERE s.key_count <> COALESCE(k.keys_held, 0) OR s.pending_points <> COALESCE(k.points, 0)
        """,
    ),
    Check(
        "I12 paid to the entitled",
        "points and levels went only to players who were settled as paid",
        """
        SELECT s.campaign_id, s.user_id, s.outcome FROM bridge_settlements s
        JOIN bridge_campaigns c ON c.id = s.campaign_id
        WHERE (s.outcome <> 'PAID' AND (s.points_paid <> 0 OR s.level_state <> 'NONE'))
            OR (s.outcome = 'PAID' AND s.points_paid <> s.pending_points)
            OR (s.level_state <> 'NONE' AND s.key_count < c.required_keys)
        """,
    ),
    Check(
        "I12 points are rewarded",
        "every settlement that paid points has exactly its reward",
        f"""
        SELECT s.campaign_id, s.user_id, s.points_paid, r.amount FROM bridge_settlements s
        JOIN bridge_campaigns c ON c.id = s.campaign_id
        LEFT JOIN reward_log r ON r.operation_id = {OWN_ID.format(item="POINT")} AND r.user_id = s.user_id
        WHERE s.points_paid <> COALESCE(r.amount, 0)
        """,
    ),
    Check(
        "I12 level is rewarded",
        "every level that a settlement gave has exactly its XP reward",
        f"""
        SELECT s.campaign_id, s.user_id, s.level_state, s.xp_added, r.amount FROM bridge_settlements s
        JOIN bridge_campaigns c ON c.id = s.campaign_id
        LEFT JOIN reward_log r ON r.operation_id = {OWN_ID.format(item="LEVEL")} AND r.user_id = s.user_id
        WHERE s.xp_added <> COALESCE(r.amount, 0) OR (s.level_state = 'PAID') <> (r.id IS NOT NULL)
        """,
    ),
    Check(
        "I12 credit has settlement",
        "every payment of bridge points belongs to a settlement",
        """
        SELECT l.operation_id FROM wallet_ledger l
        WHERE l.reason = 'BRIDGE_POINTS' AND NOT EXISTS (
            SELECT 1 FROM bridge_settlements s JOIN bridge_campaigns c ON c.id = s.campaign_id
            WHERE s.user_id = l.user_id AND l.operation_id = CONCAT('BRIDGE:', c.code, ':', s.user_id, ':POINT')
        )
        """,
    ),
    Check(
        "I13 run = settlements",
        "a settlement's run counted what stands in the settlements",
        """
        SELECT r.id, r.done_count, r.done_sum, s.paid, s.points FROM job_runs r
        JOIN bridge_campaigns c ON c.code = r.subject
        LEFT JOIN (
            SELECT campaign_id, COUNT(*) AS players, SUM(outcome = 'PAID') AS paid, SUM(points_paid) AS points
            FROM bridge_settlements GROUP BY campaign_id
        ) s ON s.campaign_id = c.id
        WHERE r.job = 'bridge_settlement' AND (
            r.seen_count <> COALESCE(s.players, 0) OR r.done_count <> COALESCE(s.paid, 0)
            OR r.done_sum <> COALESCE(s.points, 0)
        )
        """,
    ),
    Check(
        "I13 settled = done",
        "a campaign is settled when its run is done, and then every key of it is settled",
        f"""
        SELECT c.code, 'run' FROM bridge_campaigns c
        LEFT JOIN job_runs r ON r.job = 'bridge_settlement' AND r.subject = c.code AND r.status = 'DONE'
        WHERE (c.state = 'SETTLED') <> (r.id IS NOT NULL)
        UNION ALL
        SELECT c.code, k.user_id FROM bridge_campaigns c
        JOIN bridge_keys k ON k.campaign_id = c.id AND k.taken_back_at IS NULL
        LEFT JOIN bridge_settlements s ON s.campaign_id = k.campaign_id AND s.user_id = k.user_id
        WHERE c.state = 'SETTLED' AND s.id IS NULL AND {own_account("k.user_id")}
        """,
    ),
    Check(
        "I14 no day left out",
        "a daily job has one run for each day from its first to its last",
        """
        SELECT job, COUNT(*), MIN(slot_no), MAX(slot_no) FROM job_runs WHERE is_daily = 1
        GROUP BY job HAVING COUNT(*) <> MAX(slot_no) - MIN(slot_no) + 1
        """,
    ),
    Check(
        "I14 no run is lost",
        "a run that is under way has a worker, or had one minutes ago",
        "SELECT id, job, owner FROM job_runs WHERE status = 'RUNNING' AND lost_at < CURRENT_TIMESTAMP",
    ),
)
