"""The programs that seasons were in before there was a table of them: each of all hosts, as it was."""

from alembic import op

revision = "0021_program_rows"
down_revision = "0020_programs"


def upgrade() -> None:
    # locks: seasons are a handful of rows, and operators' alone
    op.execute(
        "INSERT INTO programs (code, title, created_at) "
        "SELECT s.program, s.program, MIN(s.created_at) FROM seasons s "
        "WHERE s.program NOT IN (SELECT p.code FROM programs p) GROUP BY s.program"
    )


def downgrade() -> None:
    op.execute("DELETE FROM programs")
