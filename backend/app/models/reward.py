"""Every reward ever decided, with the permanent id of its cause."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text, metadata

reward_log = Table(
    "reward_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("operation_id", ascii_text(190), nullable=False, unique=True),
    Column("source", ascii_text(30), nullable=False),
    Column("reward_type", ascii_text(20), nullable=False),
    Column("token_type", ascii_text(50)),
    Column("code", ascii_text(50)),
    Column("amount", BigInteger, nullable=False),
    Column("state", ascii_text(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String(500)),
    Column("approved_by", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("requested_by", String(200)),  # the operator who caused it; none for what a player earned
    Column("ledger_reason", ascii_text(30)),  # the counter-account of its wallet entry, whenever that is written
    Column("next_try_at", UtcDateTime),  # when the worker tries to deliver it again; none: nobody waits for the worker
    CheckConstraint("amount > 0", name="amount_positive"),
    Index("ix_reward_log_user", "user_id", "id"),
    Index("ix_reward_log_state", "state", "id"),
    Index("ix_reward_log_owed", "state", "reward_type", "code"),  # what is promised of a coupon pool
    Index("ix_reward_log_due", "next_try_at", "id"),
    **MYSQL_TABLE,
)
