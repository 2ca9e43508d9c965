"""Events of host products: every one that was taken, for ever; those that were refused, for a while."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text, metadata

host_events = Table(
    "host_events",
    metadata,
    Column("id", ascii_text(36), primary_key=True),
    Column("host_id", Integer, ForeignKey("hosts.id"), nullable=False),
    # the host's own names: unique together, for ever
    Column("source", ascii_text(200), nullable=False),
    Column("event_id", ascii_text(100), nullable=False),
    Column("event_type", ascii_text(100), nullable=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("event_time", UtcDateTime, nullable=False),
    Column("data", JsonText, nullable=False),
    # why it gave nothing, where that was not for the rules to say
    Column("code", ascii_text(30)),
    Column("request_id", ascii_text(64)),
    Column("received_at", UtcDateTime, nullable=False),
    # of what the host sent: another event under the same id is told apart (domain/host_events.py); none: before 0250
    Column("fingerprint", ascii_text(64)),
    # why it gave nothing, in any case: see domain/event_reasons.py
    Column("reason", ascii_text(30)),
    # what rules remembered for it, by rule: [slot, value before, value after], so that a reversal can release it
    Column("marks", JsonText),
    UniqueConstraint("host_id", "source", "event_id", name="uq_host_events_once"),
    Index("ix_host_events_user", "user_id", "id"),
    Index("ix_host_events_type", "event_type", "id"),
    **MYSQL_TABLE,
)

rejected_events = Table(
    "rejected_events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("host_id", Integer, ForeignKey("hosts.id"), nullable=False),
    # as far as they could be read
    Column("source", ascii_text(200)),
    Column("event_id", ascii_text(100)),
    Column("event_type", ascii_text(100)),
    Column("code", ascii_text(30), nullable=False),
    Column("reasons", JsonText, nullable=False),
    Column("document", JsonText),
    Column("request_id", ascii_text(64)),
    Column("received_at", UtcDateTime, nullable=False),
    Index("ix_rejected_events_host", "host_id", "id"),
    Index("ix_rejected_events_received", "received_at"),
    **MYSQL_TABLE,
)

# how many were refused on a KST day, and how many of them stand above: beyond a bound they are only counted
rejected_event_days = Table(
    "rejected_event_days",
    metadata,
    Column("host_id", Integer, ForeignKey("hosts.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("told", BigInteger, nullable=False),
    Column("kept", BigInteger, nullable=False),
    **MYSQL_TABLE,
)

# events that count no more: those that came gave back what they gave, those that come later give nothing
event_revocations = Table(
    "event_revocations",
    metadata,
    Column("host_id", Integer, ForeignKey("hosts.id"), primary_key=True),
    Column("source", ascii_text(200), primary_key=True),
    Column("event_id", ascii_text(100), primary_key=True),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("revoked_by", ascii_text(36), ForeignKey("host_events.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_event_revocations_user", "user_id"),
    Index("ix_event_revocations_by", "revoked_by"),
    **MYSQL_TABLE,
)
