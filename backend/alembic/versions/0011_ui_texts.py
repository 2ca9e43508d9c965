"""Texts that operators edit."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, JsonText, UtcDateTime, ascii_text

revision = "0011_ui_texts"
down_revision = "0010_features"


def upgrade() -> None:
    op.create_table(
        "app_ui_config",
        sa.Column("config_key", ascii_text(50), nullable=False),
        sa.Column("value", JsonText, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("config_key", name="pk_app_ui_config"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("app_ui_config", if_exists=True)
