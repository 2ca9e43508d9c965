"""Host events and what rules gave for them agree with one another."""

from app.services.reconcile.check import Check, never_joined

# `RULE:<rule>:<event>` of a row's operation id, whatever number stands behind it: our ids of events have 36 letters
HIT = """
    SELECT 1 FROM rule_hits h JOIN host_rules x ON x.id = h.rule_id
    WHERE (h.user_id = {row}.user_id
            OR h.user_id IN (SELECT u.id FROM user_profiles u WHERE u.merged_into = {row}.user_id))
        AND SUBSTR({op}, 1, LENGTH(x.code) + 42) = CONCAT('RULE:', x.code, ':', h.event_id)
"""

EVENT_CHECKS: tuple[Check, ...] = (
    Check(
        "I5 hit has event",
        "what a rule gave, it gave for an event of that player",
        """
        SELECT h.event_id, h.rule_id FROM rule_hits h JOIN host_events e ON e.id = h.event_id
        WHERE e.user_id <> h.user_id OR e.code IS NOT NULL
        """,
    ),
    Check(
        "I5 rule reward has hit",
        "every reward of a rule stands among what the rule gave",
        "SELECT r.operation_id FROM reward_log r WHERE r.source = 'RULE' AND NOT EXISTS ("
        + HIT.format(row="r", op="r.operation_id")
        + ")",
    ),
    Check(
        "I5 rule XP has hit",
        "all XP of host events stands among what a rule gave",
        "SELECT r.operation_id FROM season_xp_ledger r WHERE r.source = 'HOST_EVENT' AND NOT EXISTS ("
        + HIT.format(row="r", op="r.operation_id")
        + ")",
    ),
    Check(
        "I5 rule stamp has hit",
        "every stamp of a host event stands among what a rule gave",
        "SELECT r.period_key FROM season_stamp_log r WHERE r.source = 'HOST_EVENT' AND NOT EXISTS ("
        + HIT.format(row="r", op="r.period_key")
        + ")",
    ),
    Check(
        "I5 revocation has event",
        "what was taken back was taken back for an event of the same player and host",
        """
        SELECT v.source, v.event_id FROM event_revocations v JOIN host_events e ON e.id = v.revoked_by
        WHERE e.user_id <> v.user_id OR e.host_id <> v.host_id
        """,
    ),
    Check(
        "I9 rule day = hits",
        "the units that a rule counted on a day are units that it gave",
        f"""
        SELECT m.user_id, m.rule_id, m.slot, m.value, COALESCE(SUM(h.units), 0) FROM rule_marks m
        LEFT JOIN rule_hits h
            ON h.user_id = m.user_id AND h.rule_id = m.rule_id AND CONCAT('D:', h.hit_date) = m.slot
        WHERE SUBSTR(m.slot, 1, 2) = 'D:' AND {never_joined("m.user_id")}
        GROUP BY m.user_id, m.rule_id, m.slot, m.value HAVING m.value > COALESCE(SUM(h.units), 0)
        """,
    ),
)
