"""Which of the worker's jobs go on all the time, instead of by runs that can be asked for."""

import sqlalchemy as sa

from app.db.base import Flag
from app.db.ddl import add_column_once, drop_column_once

revision = "0132_standing_jobs"
down_revision = "0131_webhook_deliveries"


def upgrade() -> None:
    add_column_once("job_controls", sa.Column("is_standing", Flag))


def downgrade() -> None:
    drop_column_once("job_controls", "is_standing")
