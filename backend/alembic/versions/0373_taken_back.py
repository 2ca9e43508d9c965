"""Level claims and bridge keys that were taken back keep their rows, with a mark: the serving accounts delete none."""

import sqlalchemy as sa

from app.db.base import UtcDateTime
from app.db.ddl import add_column_once, drop_column_once

revision = "0373_taken_back"
down_revision = "0372_audit_head_row"
TABLES = ("season_claims", "bridge_keys")


def upgrade() -> None:
    for table in TABLES:
        add_column_once(table, sa.Column("taken_back_at", UtcDateTime))


def downgrade() -> None:
    # the code before this revision knows no marks: to it each row stands, so that nothing is paid twice
    for table in TABLES:
        drop_column_once(table, "taken_back_at")
