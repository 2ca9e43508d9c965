"""The one version of all goals, which whoever counts for them share-locks."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, UtcDateTime

revision = "0090_goal_book"
down_revision = "0073_entitlements"


def upgrade() -> None:
    op.create_table(
        "goal_book",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_goal_book"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("goal_book", if_exists=True)
