"""Badges."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, UtcDateTime, ascii_text

revision = "0093_badges"
down_revision = "0092_mission_progress"


def upgrade() -> None:
    op.create_table(
        "badges",
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("name_ko", sa.String(100), nullable=False),
        sa.Column("name_en", sa.String(100), nullable=False),
        sa.Column("text_ko", sa.String(500), nullable=False),
        sa.Column("text_en", sa.String(500), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_badges"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("badges", if_exists=True)
