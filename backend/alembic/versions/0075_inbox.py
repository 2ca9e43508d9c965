"""What operators sent to players, and which players claimed it."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, UtcDateTime
from app.db.ddl import create_index_once

revision = "0075_inbox"
down_revision = "0074_promo_codes"


def upgrade() -> None:
    op.create_table(
        "inbox_mailings",
        sa.Column("id", BigId, nullable=False),
        sa.Column("title_ko", sa.String(100), nullable=False),
        sa.Column("title_en", sa.String(100), nullable=False),
        sa.Column("rewards", JsonText, nullable=False),
        sa.Column("recipients", sa.BigInteger, nullable=False),
        sa.Column("sent_by", sa.String(200), nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("withdrawn_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_mailings"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    op.create_table(
        "inbox_items",
        sa.Column("id", BigId, nullable=False),
        sa.Column("mailing_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("claimed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_items"),
        sa.ForeignKeyConstraint(["mailing_id"], ["inbox_mailings.id"], name="fk_inbox_items_mailing_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_inbox_items_user_id"),
        sa.UniqueConstraint("mailing_id", "user_id", name="uq_inbox_items_player"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_inbox_items_user", "inbox_items", ["user_id", "id"])


def downgrade() -> None:
    op.drop_table("inbox_items", if_exists=True)
    op.drop_table("inbox_mailings", if_exists=True)
