"""Support finds a player by the request id or the idempotency key that a client shows."""

from app.db.ddl import create_index_once, drop_index_once

revision = "0150_support_search"
down_revision = "0096_leaderboard_results"


def upgrade() -> None:
    create_index_once("ix_user_event_log_request", "user_event_log", ["request_id"])
    create_index_once("ix_idempotency_keys_key", "idempotency_keys", ["idempotency_key"])


def downgrade() -> None:
    drop_index_once("ix_idempotency_keys_key", "idempotency_keys")
    drop_index_once("ix_user_event_log_request", "user_event_log")
