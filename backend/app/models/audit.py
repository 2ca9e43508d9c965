"""Every write of an operator: who, what, why, before and after; its seals; and how much each has given on a day."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, String, Table

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text, metadata

admin_audit_log = Table(
    "admin_audit_log",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("actor", String(200), nullable=False),
    Column("action", ascii_text(50), nullable=False),
    Column("target", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("before", JsonText),
    Column("after", JsonText),
    Column("request_id", ascii_text(64)),
    Column("created_at", UtcDateTime, nullable=False),
    # SHA-256 of the act and of the chain before it; the mark is an HMAC of it, which only this service can make.
    # null: from before there was a chain
    Column("chain_hash", ascii_text(64)),
    Column("mark", ascii_text(64)),
    Index("ix_admin_audit_log_target", "target", "id"),
    **MYSQL_TABLE,
)

# one row, made by the migration: the hash of the newest act. So many acts, up to `unmarked_through`, are from before
# there was a chain; no serving account can change these two columns.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("chain_hash", ascii_text(64), nullable=False),
    Column("unmarked_through", BigInteger, nullable=False),
    Column("unmarked_acts", BigInteger, nullable=False),
    **MYSQL_TABLE,
)

# what the chain was at a moment, told to places outside: they contradict whoever rewrites the chain
audit_seals = Table(
    "audit_seals",
    metadata,
    # 1, 2, 3, …
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("through_id", BigInteger, nullable=False),
    Column("acts", Integer, nullable=False),
    Column("chain_hash", ascii_text(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("mark", ascii_text(64)),
    **MYSQL_TABLE,
)

# the daily cap of an operator is decided under the lock of this row
grant_allowances = Table(
    "grant_allowances",
    metadata,
    Column("actor", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("token_type", ascii_text(50), primary_key=True),
    Column("granted", BigInteger, nullable=False),
    CheckConstraint("granted >= 0", name="granted_not_negative"),
    **MYSQL_TABLE,
)
