"""What rules gave, and what they remember of players."""

import sqlalchemy as sa
from alembic import op

from app.db.base import MYSQL_TABLE, BigId, JsonText, ascii_text
from app.db.ddl import create_index_once

revision = "0113_rule_hits"
down_revision = "0112_host_rules"


def upgrade() -> None:
    op.create_table(
        "rule_hits",
        sa.Column("event_id", ascii_text(36), nullable=False),
        sa.Column("rule_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("hit_date", sa.Date, nullable=False),
        sa.Column("units", sa.BigInteger, nullable=False),
        sa.Column("effects", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "rule_id", name="pk_rule_hits"),
        sa.ForeignKeyConstraint(["event_id"], ["host_events.id"], name="fk_rule_hits_event_id"),
        sa.ForeignKeyConstraint(["rule_id"], ["host_rules.id"], name="fk_rule_hits_rule_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_rule_hits_user_id"),
        sa.CheckConstraint("units > 0", name=op.f("ck_rule_hits_units_positive")),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_rule_hits_user", "rule_hits", ["user_id", "rule_id", "hit_date"])
    create_index_once("ix_rule_hits_rule", "rule_hits", ["rule_id", "event_id"])
    op.create_table(
        "rule_marks",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("rule_id", sa.Integer, nullable=False),
        sa.Column("slot", ascii_text(100), nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "rule_id", "slot", name="pk_rule_marks"),
        sa.ForeignKeyConstraint(["user_id"], ["user_profiles.id"], name="fk_rule_marks_user_id"),
        sa.ForeignKeyConstraint(["rule_id"], ["host_rules.id"], name="fk_rule_marks_rule_id"),
        if_not_exists=True,
        **MYSQL_TABLE,
    )
    create_index_once("ix_rule_marks_rule", "rule_marks", ["rule_id"])


def downgrade() -> None:
    op.drop_table("rule_marks", if_exists=True)
    op.drop_table("rule_hits", if_exists=True)
