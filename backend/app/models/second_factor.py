"""What operators show beside their password."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Table, Text

from app.db.base import MYSQL_TABLE, UtcDateTime, ascii_text, metadata

staff_second_factors = Table(
    "staff_second_factors",
    metadata,
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True, autoincrement=False),
    # encrypted (core/secret_box.py)
    Column("secret", Text, nullable=False),
    # the 30 seconds whose code was used last: a code that was seen over a shoulder is worth nothing
    Column("last_step", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # null: begun, and never confirmed by a code; it is not asked for
    Column("confirmed_at", UtcDateTime),
    **MYSQL_TABLE,
)

staff_recovery_codes = Table(
    "staff_recovery_codes",
    metadata,
    Column("code_hash", ascii_text(64), primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False),
    Column("used_at", UtcDateTime),
    **MYSQL_TABLE,
)
