"""Missions: what was completed was counted, and what was paid was completed, once."""

from app.services.reconcile.check import FIRST_NAME, STANDING, Check, never_joined

# `MISSION:<mission>:<player>:<period>` of a player's progress
OWN_ID = "CONCAT('MISSION:', m.code, ':', p.user_id, ':', p.period_key)"

GOAL_CHECKS: tuple[Check, ...] = (
    Check(
        "I9 mission is counted",
        "what was completed in a period was completed by its count, under a version that exists",
        """
        SELECT p.user_id, p.mission_id, p.period_key, p.progress, p.completed FROM mission_progress p
        JOIN missions m ON m.id = p.mission_id
        LEFT JOIN mission_versions v ON v.mission_id = p.mission_id AND v.version = p.version
        WHERE p.progress < 0 OR p.claimed > p.completed OR p.completed > p.progress OR p.version > m.version
            OR (p.completed > 0) <> (p.version > 0) OR (p.version > 0 AND v.version IS NULL)
        """,
    ),
    Check(
        "I9 mission claim is paid",
        "every mission claim is in the reward log, and what was lost with its count was taken back",
        f"""
        SELECT p.user_id, m.code, p.period_key, p.claimed FROM mission_progress p
        JOIN missions m ON m.id = p.mission_id
        LEFT JOIN reward_log r ON r.user_id = p.user_id AND r.source = 'MISSION' AND INSTR(r.operation_id, '#') = 0
            AND (r.operation_id = {OWN_ID} OR INSTR(r.operation_id, CONCAT({OWN_ID}, ':')) = 1
                OR INSTR(r.operation_id, CONCAT({OWN_ID}, '~')) = 1)
        WHERE {never_joined("p.user_id")} AND NOT EXISTS (
            SELECT 1 FROM mission_versions v
            WHERE v.mission_id = p.mission_id AND INSTR(v.config, '"rewards":[]') > 0
        )
        GROUP BY p.user_id, m.code, p.period_key, p.claimed
        HAVING p.claimed > COUNT(DISTINCT {FIRST_NAME}) OR p.claimed < {STANDING}
        """,
    ),
    Check(
        "I9 mission reward was claimed",
        "every reward of a mission belongs to a completion of it",
        f"""
        SELECT r.operation_id FROM reward_log r WHERE r.source = 'MISSION' AND NOT EXISTS (
            SELECT 1 FROM mission_progress p JOIN missions m ON m.id = p.mission_id
            WHERE p.user_id = r.user_id AND (p.claimed > 0 OR r.state IN ('REVERSED', 'REJECTED'))
                AND INSTR(r.operation_id, {OWN_ID}) = 1
        )
        """,
    ),
)
