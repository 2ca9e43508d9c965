"""Rules on host events: their versions, what each gave, and what each must remember of a player."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text, metadata

host_rules = Table(
    "host_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    # part of operation ids: never changes hands
    Column("code", ascii_text(50), nullable=False, unique=True),
    # null = the events of every host
    Column("host_id", Integer, ForeignKey("hosts.id")),
    Column("title", String(100), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **MYSQL_TABLE,
)

host_rule_versions = Table(
    "host_rule_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule_id", Integer, ForeignKey("host_rules.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("config", JsonText, nullable=False),
    Column("config_hash", ascii_text(64), nullable=False),
    # 1 on the version in force, null on all others: the unique key makes "at most one" a fact
    Column("active_slot", Integer),
    Column("created_by", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("rule_id", "version", name="uq_host_rule_versions_version"),
    UniqueConstraint("rule_id", "active_slot", name="uq_host_rule_versions_active"),
    Index("ix_host_rule_versions_active", "active_slot"),
    **MYSQL_TABLE,
)

rule_hits = Table(
    "rule_hits",
    metadata,
    Column("event_id", ascii_text(36), ForeignKey("host_events.id"), primary_key=True),
    Column("rule_id", Integer, ForeignKey("host_rules.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("user_id", BigId, ForeignKey("user_profiles.id"), nullable=False),
    Column("hit_date", Date, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("effects", JsonText, nullable=False),
    Index("ix_rule_hits_user", "user_id", "rule_id", "hit_date"),
    Index("ix_rule_hits_rule", "rule_id", "event_id"),
    CheckConstraint("units > 0", name="units_positive"),
    **MYSQL_TABLE,
)

# what stands in a slot: see app/domain/rules.py
rule_marks = Table(
    "rule_marks",
    metadata,
    Column("user_id", BigId, ForeignKey("user_profiles.id"), primary_key=True),
    Column("rule_id", Integer, ForeignKey("host_rules.id"), primary_key=True),
    Column("slot", ascii_text(100), primary_key=True),
    Column("value", BigInteger, nullable=False),
    Index("ix_rule_marks_rule", "rule_id"),
    **MYSQL_TABLE,
)
