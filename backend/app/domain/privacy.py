"""What is stored about a person, table by table: whether it is told to them, and what erasing them does to it.

Every table that says whose a row is stands here; a test refuses a new one without a decision.
"""

from dataclasses import dataclass

# no host can name a player or a team so: the sign behind is invisible, and names may hold none
ERASED, INVISIBLE = "erased", "\u2060"
NUMBER_ONLY = "names the person by our number alone"
VALUE = "explains value, which must stay explained; names the person by our number alone"


@dataclass(frozen=True, slots=True)
class Decision:
    """`cleaned` says what erasing takes away (None: nothing, because of `why`); `hidden` columns are never told."""

    is_told: bool = True
    cleaned: str | None = None
    why: str = ""
    # which rows are the person's; `?` stands for our number
    theirs: str = "user_id = ?"
    hidden: tuple[str, ...] = ()


DECISIONS: dict[str, Decision] = {
    "user_profiles": Decision(cleaned="external id, nickname", theirs="id = ?"),
    "player_aliases": Decision(cleaned="the rows: ids that the person had before"),
    "refresh_tokens": Decision(cleaned="the rows", hidden=("token_hash", "successor_seed")),
    "revoked_sessions": Decision(is_told=False, why="random ids that go when their tokens have expired"),
    "live_streams": Decision(is_told=False, why="how many pages are open now; gone with them"),
    # what moved
    "wallets": Decision(why=VALUE),
    "wallet_ledger": Decision(why=VALUE),
    "wallet_debts": Decision(why=VALUE),
    "reward_log": Decision(why=VALUE),
    "reversal_reviews": Decision(why=VALUE, hidden=("decided_by",)),
    "season_progress": Decision(why=VALUE),
    "season_xp_ledger": Decision(why=VALUE),
    "season_stamp_log": Decision(why=VALUE),
    "season_claims": Decision(why=VALUE),
    "season_passes": Decision(why=VALUE),
    "season_counters": Decision(why=VALUE),
    "game_plays": Decision(why=VALUE),
    "coupon_codes": Decision(why=VALUE),
    "entitlements": Decision(why=VALUE),
    "promo_claims": Decision(why=VALUE),
    "inbox_items": Decision(why=VALUE),
    "bridge_keys": Decision(why=VALUE),
    "bridge_settlements": Decision(why=VALUE),
    "mission_progress": Decision(why=VALUE),
    "leaderboard_scores": Decision(why=VALUE),
    "leaderboard_results": Decision(why=VALUE),
    "team_members": Decision(why=VALUE),
    "rule_hits": Decision(why=VALUE),
    "rule_marks": Decision(why=NUMBER_ONLY),
    "leaderboard_marks": Decision(why=NUMBER_ONLY),
    "event_revocations": Decision(why=NUMBER_ONLY),
    "user_event_log": Decision(why="holds no name and no free text; names the person by our number alone"),
    # what hosts said, and what they are told
    "host_events": Decision(cleaned="what the events said"),
    "outbox": Decision(why="names the person by our number; the name is put in when it is handed on"),
    "webhook_deliveries": Decision(cleaned="the external id in each message"),
    "webhook_attempts": Decision(
        cleaned="what the host answered",
        theirs="delivery_id IN (SELECT id FROM webhook_deliveries WHERE user_id = ?)",
    ),
    # what people typed
    "teams": Decision(cleaned="the names of teams that the person made", theirs="created_by = ?"),
    "daily_ranking_entries": Decision(cleaned="the display name"),
    # found by other names than our number
    "idempotency_keys": Decision(
        cleaned="the external id in answers to operators and hosts", theirs="actor = CONCAT('player:', ?)"
    ),
    "admin_audit_log": Decision(
        why="is never changed; says what operators did, by our number", theirs="target = CONCAT('player:', ?)"
    ),
    "rejected_events": Decision(is_told=False, cleaned="the rows that name the person"),
}


def pseudonym(user_id: int) -> str:
    """The external id of somebody who was erased."""
    return f"{ERASED}:{user_id}{INVISIBLE}"


def is_pseudonym(external_id: str) -> bool:
    """Whether this player was erased before."""
    return external_id.startswith(ERASED) and external_id.endswith(INVISIBLE)
