"""Every write of an operator: who, what, why, before and after."""

from sqlalchemy import Column, Index, String, Table

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
