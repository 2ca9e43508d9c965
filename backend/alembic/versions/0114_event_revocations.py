"""Host events that count no more."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0114_event_revocations"
down_revision = "0132_standing_jobs"


def upgrade() -> None:
    op.create_table(
        "event_revocations",
        sa.Column("host_id", sa.Integer, nullable=False),
        sa.Column("source", ascii_text(200), nullable=False),
        sa.Column("event_id", ascii_text(100), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("revoked_by", ascii_text(36), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("host_id", "source", "event_id", name="pk_event_revocations"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_event_revocations_host_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_event_revocations_user_id"),
        sa.ForeignKeyConstraint(["revoked_by"], ["host_events.id"], name="fk_event_revocations_revoked_by"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_event_revocations_user", "event_revocations", ["user_id"])
    create_index_once("ix_event_revocations_by", "event_revocations", ["revoked_by"])


def downgrade() -> None:
    op.drop_table("event_revocations", if_exists=True)
