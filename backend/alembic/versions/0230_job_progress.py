"""When a run last came further, how often it was begun since, and which jobs run by intervals."""

import sqlalchemy as sa

from app.db.base import UtcDateTime
from app.db.ddl import add_column_once, drop_column_once

revision = "0230_job_progress"
down_revision = "0210_coupons_owed"


def upgrade() -> None:
    add_column_once("job_runs", sa.Column("moved_at", UtcDateTime))
    add_column_once("job_runs", sa.Column("tries", sa.Integer))
    add_column_once("job_controls", sa.Column("interval_minutes", sa.Integer))


def downgrade() -> None:
    drop_column_once("job_controls", "interval_minutes")
    drop_column_once("job_runs", "tries")
    drop_column_once("job_runs", "moved_at")
