"""Programs: lines of seasons that run side by side, each of one host or of all."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, UtcDateTime, ascii_text
from app.db.ddl import create_index_once

revision = "0020_programs"
down_revision = "0018_plays_by_config"


def upgrade() -> None:
    op.create_table(
        "programs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", ascii_text(50), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("host_id", sa.Integer),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programs"),
        sa.UniqueConstraint("code", name="uq_programs_code"),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name="fk_programs_host_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_programs_host", "programs", ["host_id", "id"])


def downgrade() -> None:
    op.drop_table("programs", if_exists=True)
