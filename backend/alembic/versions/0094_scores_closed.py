"""Until when scores are closed: read with the version of the goals."""

import sqlalchemy as sa

from app.db.base import UtcDateTime
from app.db.ddl import add_column_once, drop_column_once

revision = "0094_scores_closed"
down_revision = "0114_event_revocations"


def upgrade() -> None:
    add_column_once("goal_book", sa.Column("closed_through", UtcDateTime))


def downgrade() -> None:
    drop_column_once("goal_book", "closed_through")
