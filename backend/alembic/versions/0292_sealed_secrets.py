"""Room for secrets of webhooks as they are stored: encrypted."""

from alembic import context, op

from app.db.base import ascii_text

revision = "0292_sealed_secrets"
down_revision = "0291_sign_in_clients"


def upgrade() -> None:
    if context.get_context().dialect.name == "sqlite":
        return  # it knows no lengths; a new database of either kind has this one from 0130 on
    # locks: up to 255 bytes a longer text column is a change of the table's description alone
    op.alter_column("webhook_endpoints", "secret", type_=ascii_text(255), existing_nullable=False)
    # locks: up to 255 bytes a longer text column is a change of the table's description alone
    op.alter_column("webhook_endpoints", "previous_secret", type_=ascii_text(255), existing_nullable=True)


def downgrade() -> None:
    """A sealed secret would not fit any more: the room stays."""
