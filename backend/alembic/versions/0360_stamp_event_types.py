"""A stamp keeps the whole type of the host event that gave it: room for as many characters as a type may have."""

from alembic import context, op

from app.db.base import ascii_text

revision = "0360_stamp_event_types"
down_revision = "0271_team_names"


def upgrade() -> None:
    if context.get_context().dialect.name == "sqlite":
        return  # it knows no lengths; a new database of either kind has this one from 0007 on
    # locks: up to 255 bytes a longer text column is a change of the table's description alone
    op.alter_column("season_stamp_log", "event_type", type_=ascii_text(100), existing_nullable=False)


def downgrade() -> None:
    # the room stays; the code before this revision wrote no longer ones
    op.execute("UPDATE season_stamp_log SET event_type = SUBSTR(event_type, 1, 50) WHERE LENGTH(event_type) > 50")
