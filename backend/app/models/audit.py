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
    Index("ix_admin_audit_log_target", "target", "id"),
    **MYSQL_TABLE,
)

# each seal is over the acts since the seal before it, and over that seal: an edited act breaks it and, once made anew,
# the next one
audit_seals = Table(
    "audit_seals",
    metadata,
    # 1, 2, 3, …
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("through_id", BigInteger, nullable=False),
    Column("acts", Integer, nullable=False),
    Column("chain_hash", ascii_text(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
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
