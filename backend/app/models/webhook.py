"""Webhooks: where hosts want to be told, what each of them is to be told, and every try to tell it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from app.db.base import MYSQL_TABLE, BigId, Flag, JsonText, UtcDateTime, ascii_text, metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host_id", Integer, ForeignKey("hosts.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("url", ascii_text(500), nullable=False),
    # the message types it wants; an empty list = all
    Column("topics", JsonText, nullable=False),
    # signs what is sent, so it must be read again: encrypted (core/secret_box.py)
    Column("secret", ascii_text(255), nullable=False),
    # the one before, while receivers change over; null = only one is live
    Column("previous_secret", ascii_text(255)),
    Column("previous_until", UtcDateTime),
    Column("is_active", Flag, nullable=False),
    Column("disabled_reason", String(500)),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_webhook_endpoints_host", "host_id", "is_active"),
    **MYSQL_TABLE,
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("endpoint_id", Integer, ForeignKey("webhook_endpoints.id"), nullable=False),
    # the announcement's id and the header webhook-id: the same at every try, so receivers can tell repeats
    Column("message_id", ascii_text(36), nullable=False),
    Column("topic", ascii_text(50), nullable=False),
    Column("user_id", BigId),
    # exactly what is sent, byte for byte, at every try
    Column("body", JsonText, nullable=False),
    Column("state", ascii_text(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    # where in the schedule it is; a replay begins anew
    Column("retry_no", Integer, nullable=False),
    # of the business clock; null once it is over
    Column("next_at", UtcDateTime),
    # of the database's clock: until then the try under way belongs to `lease_id`
    Column("leased_until", UtcDateTime, nullable=False),
    Column("lease_id", ascii_text(36)),
    Column("last_status", Integer),
    Column("last_error", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    UniqueConstraint("endpoint_id", "message_id", name="uq_webhook_deliveries_once"),
    Index("ix_webhook_deliveries_due", "endpoint_id", "state", "next_at"),
    Index("ix_webhook_deliveries_state", "state", "next_at"),
    Index("ix_webhook_deliveries_finished", "finished_at"),
    **MYSQL_TABLE,
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("delivery_id", BigId, ForeignKey("webhook_deliveries.id"), nullable=False),
    Column("attempt_no", Integer, nullable=False),
    Column("status", Integer),
    Column("error", String(200)),
    Column("answer", String(200)),
    Column("duration_ms", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("delivery_id", "attempt_no", name="uq_webhook_attempts_no"),
    **MYSQL_TABLE,
)
