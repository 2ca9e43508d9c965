"""Host events that were refused."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0111_rejected_events"
down_revision = "0110_host_events"


def upgrade() -> None:
    op.create_table(
        "rejected_events",
        sa.Column("id", BigId, nullable=False),
        sa.Column("host_id", sa.Integer, nullable=False),
        sa.Column("source", ascii_text(200)),
        sa.Column("event_id", ascii_text(100)),
        sa.Column("event_type", ascii_text(100)),
        sa.Column("code", ascii_text(30), nullable=False),
        sa.Column("reasons", JsonText, nullable=False),
        sa.Column("document", JsonText),
        sa.Column("request_id", ascii_text(64)),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rejected_events"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_rejected_events_host_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_rejected_events_host", "rejected_events", ["host_id", "id"])
    create_index_once("ix_rejected_events_received", "rejected_events", ["received_at"])


def downgrade() -> None:
    op.drop_table("rejected_events", if_exists=True)
