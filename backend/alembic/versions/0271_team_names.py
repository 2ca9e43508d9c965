"""Two teams of a contest never have names that people take for one; a team may be closed.

Teams that stand have no key yet: their names are compared one by one, so that no clash among them stops the revision.
"""

import sqlalchemy as sa

from app.db.base import UtcDateTime, ascii_text
from app.db.ddl import add_column_once, create_index_once, drop_column_once, drop_index_once

revision = "0271_team_names"
down_revision = "0252_reversals"


def upgrade() -> None:
    add_column_once("teams", sa.Column("name_key", ascii_text(64)))
    add_column_once("teams", sa.Column("closed_at", UtcDateTime))
    # locks: nothing; the code before this revision writes no key, and rows without one never clash
    create_index_once("uq_teams_name_key", "teams", ["contest_id", "name_key"], unique=True)


def downgrade() -> None:
    drop_index_once("uq_teams_name_key", "teams")
    drop_column_once("teams", "closed_at")
    drop_column_once("teams", "name_key")
