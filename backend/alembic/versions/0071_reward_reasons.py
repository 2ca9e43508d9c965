"""What rewards that were recorded before are booked on: their source says it."""

from alembic import op

revision = "0071_reward_reasons"
down_revision = "0070_reward_delivery"


def upgrade() -> None:
    # locks: rows from before the column exist only where no release ever ran
    op.execute(
        "UPDATE reward_log SET ledger_reason = CASE source WHEN 'SEASON' THEN 'SEASON_REWARD'"
        " WHEN 'ADMIN' THEN 'ADMIN_GRANT' WHEN 'BRIDGE' THEN 'BRIDGE_REWARD' WHEN 'TRIAL' THEN 'TRIAL_GRANT'"
        " WHEN 'SEED' THEN 'SEED' ELSE 'PLAY_REWARD' END WHERE ledger_reason IS NULL"
    )


def downgrade() -> None:
    op.execute("UPDATE reward_log SET ledger_reason = NULL")
