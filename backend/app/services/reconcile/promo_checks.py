"""Promo codes and the inbox: never more units than there are, one a player, each with its rewards."""

from app.services.reconcile.check import Check

PROMO_CHECKS: tuple[Check, ...] = (
    Check(
        "I16 units = claims",
        "a campaign's units went once each, numbered without a gap, never more than there are",
        """
        SELECT p.code, p.units, COUNT(*), MAX(c.unit_no) FROM promo_claims c
        JOIN promo_campaigns p ON p.id = c.campaign_id
        GROUP BY p.id, p.code, p.units
        HAVING COUNT(*) > p.units OR COUNT(*) <> MAX(c.unit_no) OR MIN(c.unit_no) <> 1
        """,
    ),
    Check(
        "I17 a unique code went once",
        "a claim's code is one of its campaign, and a UNIQUE code has one claim",
        """
        SELECT c.operation_id FROM promo_claims c JOIN promo_codes k ON k.id = c.code_id
        WHERE k.campaign_id <> c.campaign_id
        UNION ALL
        SELECT k.code FROM promo_claims c JOIN promo_codes k ON k.id = c.code_id
        JOIN promo_campaigns p ON p.id = k.campaign_id
        WHERE p.kind = 'UNIQUE' GROUP BY k.id, k.code HAVING COUNT(*) > 1
        """,
    ),
    Check(
        "I5 claim has rewards",
        "every unit that was given has its reward, and every reward of a code its unit",
        """
        SELECT c.operation_id FROM promo_claims c
        LEFT JOIN reward_log r ON r.operation_id = c.operation_id AND r.user_id = c.user_id AND r.source = 'CODE'
        WHERE r.id IS NULL
        UNION ALL
        SELECT r.operation_id FROM reward_log r
        LEFT JOIN promo_claims c ON c.user_id = r.user_id
            AND INSTR(CONCAT(r.operation_id, '#'), CONCAT(c.operation_id, '#')) = 1
        WHERE r.source = 'CODE' AND c.id IS NULL
        """,
    ),
    Check(
        "I19 no unit before its time",
        "nothing was given before a campaign opened or after it closed",
        """
        SELECT p.code, c.unit_no FROM promo_claims c JOIN promo_campaigns p ON p.id = c.campaign_id
        WHERE c.created_at < p.opens_at OR c.created_at >= p.closes_at
        """,
    ),
    Check(
        "I5 inbox item has rewards",
        "what was claimed from an inbox gave its rewards, in time, and every reward of the inbox was claimed",
        """
        SELECT i.id, i.user_id FROM inbox_items i JOIN inbox_mailings m ON m.id = i.mailing_id
        LEFT JOIN reward_log r ON r.operation_id = CONCAT('INBOX:', i.mailing_id, ':', i.user_id)
            AND r.user_id = i.user_id AND r.source = 'INBOX'
        WHERE i.claimed_at IS NOT NULL AND (r.id IS NULL OR i.claimed_at < m.sent_at OR i.claimed_at >= m.expires_at)
            AND NOT EXISTS (
                SELECT 1 FROM user_profiles j JOIN inbox_items k ON k.user_id = j.id AND k.mailing_id = i.mailing_id
                WHERE j.merged_into = i.user_id AND k.claimed_at IS NOT NULL
            )
        UNION ALL
        SELECT r.id, r.user_id FROM reward_log r
        LEFT JOIN inbox_items i ON i.user_id = r.user_id AND i.claimed_at IS NOT NULL
            AND INSTR(CONCAT(r.operation_id, '#'), CONCAT('INBOX:', i.mailing_id, ':', i.user_id, '#')) = 1
        WHERE r.source = 'INBOX' AND i.id IS NULL
        """,
    ),
    Check(
        "I23 mailing's copies",
        "a mailing has a copy for each recipient",
        """
        SELECT m.id, m.recipients, COUNT(i.id) FROM inbox_mailings m LEFT JOIN inbox_items i ON i.mailing_id = m.id
        GROUP BY m.id, m.recipients HAVING COUNT(i.id) <> m.recipients
        """,
    ),
)
