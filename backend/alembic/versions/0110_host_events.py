"""Host events that were taken."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0110_host_events"
down_revision = "0093_badges"


def upgrade() -> None:
    op.create_table(
        "host_events",
        sa.Column("id", ascii_text(36), nullable=False),
        sa.Column("host_id", sa.Integer, nullable=False),
        sa.Column("source", ascii_text(200), nullable=False),
        sa.Column("event_id", ascii_text(100), nullable=False),
        sa.Column("event_type", ascii_text(100), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("event_time", UtcDateTime, nullable=False),
        sa.Column("data", JsonText, nullable=False),
        sa.Column("code", ascii_text(30)),
        sa.Column("request_id", ascii_text(64)),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_host_events"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_host_events_host_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_host_events_user_id"),
        sa.UniqueConstraint("host_id", "source", "event_id", name="uq_host_events_once"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_host_events_user", "host_events", ["user_id", "id"])
    create_index_once("ix_host_events_type", "host_events", ["event_type", "id"])


def downgrade() -> None:
    op.drop_table("host_events", if_exists=True)
