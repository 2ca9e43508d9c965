"""What the worker did, and what is paused."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, Flag, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0063_job_runs"
down_revision = "0062_bridge_settlements"


def upgrade() -> None:
    op.create_table(
        "job_runs",
        sa.Column("id", BigId, nullable=False),
        sa.Column("job", ascii_text(50), nullable=False),
        sa.Column("subject", ascii_text(50), nullable=False),
        sa.Column("slot_no", sa.BigInteger, nullable=False),
        sa.Column("logical_date", sa.Date, nullable=False),
        sa.Column("is_daily", Flag, nullable=False),
        sa.Column("status", ascii_text(10), nullable=False),
        sa.Column("owner", ascii_text(100)),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("cursor_id", sa.BigInteger, nullable=False),
        sa.Column("seen_count", sa.BigInteger, nullable=False),
        sa.Column("done_count", sa.BigInteger, nullable=False),
        sa.Column("done_sum", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("lease_until", UtcDateTime, nullable=False),
        sa.Column("lost_at", UtcDateTime, nullable=False),
        sa.Column("touched_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_job_runs"),
        sa.UniqueConstraint("job", "subject", "slot_no", name="uq_job_runs_once"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_job_runs_status", "job_runs", ["job", "status", "slot_no"])
    create_index_once("ix_job_runs_touched", "job_runs", ["touched_at"])
    op.create_table(
        "job_controls",
        sa.Column("job", ascii_text(50), nullable=False),
        sa.Column("promise", sa.String(200), nullable=False),
        sa.Column("schedule", sa.String(100), nullable=False),
        sa.Column("is_paused", Flag, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_job_controls"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("job_controls", if_exists=True)
    op.drop_table("job_runs", if_exists=True)
