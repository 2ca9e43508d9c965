"""Sign-ins and operators: one live token a sign-in, gifts with a reason and a count, a log that is what was sealed."""

from collections import Counter

from app.db.statements import Flavour
from app.db.values import json_in
from app.services.reconcile.check import Check, Rows, kst_day


def _allowances_and_gifts(flavour: Flavour) -> str:
    """(actor, day, token, what counts against the cap, what was given; of a mailing: its copies, its rewards)."""
    return f"""
        SELECT actor, day, token_type, granted, 0, NULL FROM grant_allowances WHERE token_type <> 'WORTH'
        UNION ALL
        SELECT requested_by, {kst_day("created_at", flavour)}, COALESCE(token_type, 'POINT'), 0, SUM(amount), NULL
        FROM reward_log WHERE source = 'ADMIN' AND requested_by IS NOT NULL GROUP BY 1, 2, 3
        UNION ALL
        SELECT sent_by, {kst_day("sent_at", flavour)}, '', 0,
            (SELECT COUNT(*) FROM inbox_items i WHERE i.mailing_id = m.id), rewards FROM inbox_mailings m
    """


def _unequal(rows: Rows) -> Rows:
    """Those (actor, day, token) whose allowance is not what they gave, by hand and by mailings."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for actor, day, token, counted, given, rewards in rows:
        if rewards is None:
            sums[actor, str(day), token] += int(counted) - int(given)
            continue
        for reward in json_in(rewards):
            if reward["reward_type"] in ("POINT", "TOKEN"):
                sums[actor, str(day), reward.get("token_type", "POINT")] -= reward["reward_amount"] * given
    return [(*key, difference) for key, difference in sums.items() if difference]


DESK_CHECKS: tuple[Check, ...] = (
    Check(
        "I22 gift has its reason",
        "every gift of an operator, and every ticket of a demo, stands in the operators' log with a reason",
        """
        SELECT r.operation_id, r.requested_by FROM reward_log r
        LEFT JOIN admin_audit_log a ON a.target = CONCAT('player:', r.user_id)
            AND a.actor = COALESCE(r.requested_by, 'system:seed')
            AND a.action IN ('WALLET_GRANTED', 'MAKE_GOOD_ASKED', 'PLAYER_SEEDED')
            AND a.reason <> ''
            AND INSTR(a.after, SUBSTR(r.operation_id, 1, INSTR(CONCAT(r.operation_id, '#'), '#') - 1)) > 0
        WHERE r.source IN ('ADMIN', 'SEED') AND a.id IS NULL
        """,
    ),
    Check(
        "I22 allowance = gifts",
        "what counts against an operator's daily cap is what that operator gave on the day",
        _allowances_and_gifts,
        judge=_unequal,
    ),
    Check(
        "I25 one live token",
        "a sign-in has at most one refresh token that is neither used nor revoked",
        """
        SELECT family_id, COUNT(*) FROM refresh_tokens WHERE used_at IS NULL AND revoked_at IS NULL
        GROUP BY family_id HAVING COUNT(*) > 1
        """,
    ),
)

# not by SQL: the keeper of the log reads it seal by seal and computes each again
SEALED_LOG = Check("I21 log is as sealed", "every sealed act of an operator stands as it was sealed, in its order", "")
