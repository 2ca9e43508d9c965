"""Every reward has its cause in a table of its own: the play, the level, the key, the act that it came from."""

from app.games import GAMES_BY_FEATURE
from app.services.reconcile.check import Check, complete_since

GAMES = ", ".join(f"'{name}'" for name in sorted(GAMES_BY_FEATURE))
# where each other source is explained: the check that looks for its cause
EXPLAINED_BY = {
    "ADMIN": "I22 gift has its reason",
    "SEED": "I22 gift has its reason",
    "BOARD": "I9 rank reward had a rank",
    "BRIDGE": "I12 bridge reward has its key",
    "CODE": "I5 claim has rewards",
    "INBOX": "I5 inbox item has rewards",
    "MISSION": "I9 mission reward was claimed",
    "RULE": "I5 rule reward has hit",
    "SEASON": "I9 season reward was earned",
    "TEAM": "I9 team reward had a rank",
    "TRIAL": "I5 trial ticket has its event",
}
SOURCES = ", ".join(f"'{name}'" for name in sorted(EXPLAINED_BY))
# the player's own account, and those that became part of it
ACCOUNTS = "(x.user_id = r.user_id OR x.user_id IN (SELECT m.id FROM user_profiles m WHERE m.merged_into = r.user_id))"
# an operation id up to the sign that a further part of a bundle, a new round or a correction has behind it
WHOLE = "CONCAT(REPLACE(REPLACE(r.operation_id, '#', ':'), '~', ':'), ':')"

CAUSE_CHECKS: tuple[Check, ...] = (
    Check(
        "I5 source is known",
        "every reward comes from a source whose causes are checked",
        f"SELECT operation_id, source FROM reward_log WHERE source NOT IN ({SOURCES}, {GAMES})",
    ),
    Check(
        "I15 reward has its play",
        "what a game gave, it gave for a play of that player, of which it is the prize",
        f"""
        SELECT r.operation_id FROM reward_log r WHERE r.source IN ({GAMES}) AND NOT EXISTS (
            SELECT 1 FROM game_plays x
            WHERE x.id = SUBSTR(r.operation_id, 6, 36) AND SUBSTR(r.operation_id, 1, 5) = 'PLAY:'
                AND x.feature_type = r.source AND {ACCOUNTS}
                AND INSTR(REPLACE(x.prize, '}}', ','), CONCAT('"reward_amount":', r.amount, ',')) > 0
        )
        """,
    ),
    Check(
        "I5 trial ticket has its event",
        "every trial ticket stands among what its player did, as far back as events are kept",
        f"""
        SELECT r.operation_id FROM reward_log r
        WHERE r.source = 'TRIAL' AND r.created_at >= {complete_since("user_event_log")} AND NOT EXISTS (
            SELECT 1 FROM user_event_log x
            WHERE x.event_type = 'TRIAL_GRANT' AND x.reference = r.operation_id AND {ACCOUNTS}
        )
        """,
    ),
    Check(
        "I9 season reward was earned",
        "every reward of a season belongs to a level that was claimed, or to a bonus that there is",
        f"""
        SELECT r.operation_id FROM reward_log r WHERE r.source = 'SEASON' AND NOT EXISTS (
            SELECT 1 FROM season_claims x WHERE {ACCOUNTS} AND INSTR(
                {WHOLE}, CONCAT('SEASON:', x.season_id, ':', x.user_id, ':', x.track, ':', x.level, ':')
            ) = 1
        ) AND NOT EXISTS (
            SELECT 1 FROM season_counters x JOIN season_bonuses b ON b.season_id = x.season_id
            WHERE {ACCOUNTS} AND (
                INSTR({WHOLE}, CONCAT('SEASON:', x.season_id, ':', x.user_id, ':STREAK:', b.threshold, ':')) = 1
                OR INSTR({WHOLE}, CONCAT('SEASON:', x.season_id, ':', x.user_id, ':OVERFLOW:')) = 1
            )
        )
        """,
    ),
    Check(
        "I12 bridge reward has its key",
        "every reward of a bridge belongs to a key of its player, or to the settlement",
        f"""
        SELECT r.operation_id FROM reward_log r WHERE r.source = 'BRIDGE' AND NOT EXISTS (
            SELECT 1 FROM bridge_keys x JOIN bridge_campaigns c ON c.id = x.campaign_id
            WHERE {ACCOUNTS}
                AND INSTR({WHOLE}, CONCAT('BRIDGE:', c.code, ':', x.user_id, ':', x.event_type, ':')) = 1
        ) AND NOT EXISTS (
            SELECT 1 FROM bridge_settlements x JOIN bridge_campaigns c ON c.id = x.campaign_id
            WHERE {ACCOUNTS} AND r.operation_id IN (
                CONCAT('BRIDGE:', c.code, ':', x.user_id, ':POINT'), CONCAT('BRIDGE:', c.code, ':', x.user_id, ':LEVEL')
            )
        )
        """,
    ),
)
