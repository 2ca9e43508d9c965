"""How much each operator has given on a day: the lock behind the daily cap."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, ascii_text

revision = "0016_grant_allowances"
down_revision = "0015_outbox"


def upgrade() -> None:
    op.create_table(
        "grant_allowances",
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("token_type", ascii_text(50), nullable=False),
        sa.Column("granted", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("actor", "day", "token_type", name="pk_grant_allowances"),
        sa.CheckConstraint("granted >= 0", name=op.f("ck_grant_allowances_granted_not_negative")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )


def downgrade() -> None:
    op.drop_table("grant_allowances", if_exists=True)
