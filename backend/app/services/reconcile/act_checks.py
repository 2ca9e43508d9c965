"""Accounts, keys, switches and documents of operators were made by acts in their log, and stand as these left them."""

from typing import Any

from app.db.values import json_in
from app.games import GAMES_BY_FEATURE
from app.services.reconcile.check import Check, Rows

GAME_CODES = " ".join(f"WHEN '{name}' THEN '{game.code}'" for name, game in sorted(GAMES_BY_FEATURE.items()))
# table → the SQL of what the operators' log calls a row `t` of it, and of a text that an act on it holds, if that alone
# tells the row from its siblings
DOCUMENTS: dict[str, tuple[str, str | None]] = {
    "staff": ("CONCAT('staff:', t.login)", None),
    "hosts": ("CONCAT('host:', t.code)", None),
    "api_keys": (
        "CONCAT('host:', (SELECT h.code FROM hosts h WHERE h.id = t.host_id))",
        """CONCAT('"key_id":', t.id, ',')""",
    ),
    "programs": ("CONCAT('program:', t.code)", None),
    "feature_config": ("CONCAT('feature:', t.feature_type)", None),
    "game_configs": (f"CONCAT('game:', CASE t.feature_type {GAME_CODES} END)", """CONCAT('"id":', t.id, ',')"""),
    "app_ui_config": ("CONCAT('ui_config:', t.config_key)", None),
    "seasons": ("CONCAT('season:', t.id)", None),
    "bridge_campaigns": ("CONCAT('bridge:', t.code)", None),
    "missions": ("CONCAT('mission:', t.code)", None),
    "leaderboards": ("CONCAT('leaderboard:', t.code)", None),
    "team_contests": ("CONCAT('contest:', t.code)", None),
    "host_rules": ("CONCAT('rule:', t.code)", None),
    "badges": ("CONCAT('badge:', t.code)", None),
    "promo_campaigns": ("CONCAT('promo:', t.code)", None),
    "coupon_pools": ("CONCAT('coupon_pool:', t.code)", None),
    "inbox_mailings": ("CONCAT('mailing:', t.id)", None),
    "webhook_endpoints": ("CONCAT('webhook:', t.id)", None),
}


def _without_an_act() -> str:
    """(table, target) of every row that no act is about."""
    return " UNION ALL ".join(
        f"SELECT '{table}', {target} FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM admin_audit_log a"
        f" WHERE a.target = {target}{'' if told is None else f' AND INSTR(a.after, {told}) > 0'})"
        for table, (target, told) in DOCUMENTS.items()
    )


# what stands, then every act that is about it, oldest first
STANDING = """
    SELECT 0, CONCAT('staff:', login, ' scopes'), scopes, NULL, NULL FROM staff
    UNION ALL SELECT 0, CONCAT('staff:', login, ' on'), CONCAT(is_active, ''), NULL, NULL FROM staff
    UNION ALL SELECT 0, CONCAT('feature:', feature_type, ' on'), CONCAT(is_enabled, ''), NULL, NULL FROM feature_config
    UNION ALL SELECT 0, CONCAT('key:', id, ' on'), CASE WHEN revoked_at IS NULL THEN '1' ELSE '0' END, NULL, NULL
        FROM api_keys
    UNION ALL SELECT 0, CONCAT('player:', u.id, ' on'), '1', NULL, NULL FROM user_profiles u
        WHERE u.is_blocked = 0 AND u.merged_into IS NULL AND EXISTS (
            SELECT 1 FROM admin_audit_log b
            WHERE b.target = CONCAT('player:', u.id) AND b.action = 'PLAYER_BLOCKED'
        )
    UNION ALL SELECT a.id, a.target, a.action, COALESCE(a.after, '{}'), COALESCE(a.before, '{}') FROM admin_audit_log a
    WHERE action IN (
        'STAFF_ADDED', 'STAFF_SCOPES_RAISED', 'STAFF_ENABLED', 'STAFF_DISABLED', 'FEATURE_ADDED', 'FEATURE_SWITCHED',
        'API_KEY_ADDED', 'API_KEY_REVOKED', 'PLAYER_BLOCKED', 'PLAYER_UNBLOCKED'
    )
    ORDER BY 1
"""


def _otherwise_than_told(rows: Rows) -> Rows:
    """(what, how it stands, how its acts left it) of what something else has changed since."""
    left: dict[str, str] = {}
    for number, target, action, after, before in rows:
        if number:
            left |= _told(action, target, json_in(after), json_in(before))
    return [
        (what, stands, left[what])
        for number, what, stands, *_ in rows
        if not number and left.get(what, stands) != stands
    ]


def _told(action: str, target: str, after: dict[str, Any], before: dict[str, Any]) -> dict[str, str]:
    match action:
        case "STAFF_ADDED":
            return {f"{target} scopes": " ".join(sorted(after["scopes"])), f"{target} on": "1"}
        case "STAFF_SCOPES_RAISED":
            return {f"{target} scopes": " ".join(sorted(after["scopes"]))}
        case "API_KEY_ADDED":
            return {f"key:{after['key_id']} on": "1"}
        case "API_KEY_REVOKED":
            return {f"key:{before['key_id']} on": "0"}
        case "PLAYER_BLOCKED" | "PLAYER_UNBLOCKED":
            return {f"{target} on": "1" if action == "PLAYER_UNBLOCKED" else "0"}
    is_on = after.get("is_active", after.get("is_enabled"))
    return {f"{target} on": "1" if is_on else "0"}


# what documents say, then every act that tells what one says
DOCUMENT_TEXTS = f"""
    SELECT 0, CONCAT('game:', CASE t.feature_type {GAME_CODES} END), t.config FROM game_configs t
    UNION ALL SELECT 0, CONCAT('rule:', r.code), v.config FROM host_rule_versions v
        JOIN host_rules r ON r.id = v.rule_id
    UNION ALL SELECT 0, CONCAT('mission:', m.code), v.config FROM mission_versions v
        JOIN missions m ON m.id = v.mission_id
    UNION ALL SELECT 0, CONCAT('leaderboard:', code), config FROM leaderboards
    UNION ALL SELECT 0, CONCAT('contest:', code), config FROM team_contests
    UNION ALL SELECT 0, CONCAT('promo:', code), rewards FROM promo_campaigns
    UNION ALL SELECT a.id, a.target, a.after FROM admin_audit_log a
        WHERE INSTR(a.after, '"config":') > 0 OR a.action IN ('PROMO_ADDED', 'PROMO_CHANGED')
"""


def _said_by_nobody(rows: Rows) -> Rows:
    """The documents that say something else than any act on them told."""
    told: dict[str, list[Any]] = {}
    for number, target, text in rows:
        if number:
            facts = json_in(text)
            told.setdefault(target, []).append(facts.get("config", facts.get("rewards")))
    return [(target,) for number, target, text in rows if not number and json_in(text) not in told.get(target, ())]


ACT_CHECKS: tuple[Check, ...] = (
    Check(
        "I21 row has its act",
        "every account, key, switch and document of operators was made by an act in their log",
        _without_an_act(),
    ),
    Check(
        "I21 rights are as told",
        "operators' scopes, switched accounts, features and live keys stand as the operators' log left them",
        STANDING,
        judge=_otherwise_than_told,
    ),
    Check(
        "I21 document is as told",
        "what games, rules, missions, boards, contests and campaigns of codes give is what an act on them told",
        DOCUMENT_TEXTS,
        judge=_said_by_nobody,
    ),
)
# not by SQL: their keepers put each together from its parts
SEASONS_AS_TOLD = Check(
    "I21 season is as told", "every season and bridge gives what the acts on it told, level by level and day by day", ""
)
