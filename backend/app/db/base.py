"""The schema's ground: metadata, naming, and the column types every table uses."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Integer, MetaData, String, Text
from sqlalchemy.dialects.mysql import DATETIME, LONGTEXT, VARCHAR
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

# the same on every table of MySQL and MariaDB, so that a copy on another server behaves alike
MYSQL_TABLE: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

BigId = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER PRIMARY KEY
JsonText = Text().with_variant(LONGTEXT(), "mysql", "mariadb")
Flag = Boolean(create_constraint=False)


def ascii_text(length: int) -> String:
    """Text of ASCII only, compared byte for byte: keys, hashes, codes. A quarter of utf8mb4's index size."""
    ascii_varchar = VARCHAR(length, charset="ascii", collation="ascii_bin")
    return String(length).with_variant(ascii_varchar, "mysql", "mariadb")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant with microseconds: stored in UTC, read back aware. Refuses naive values with ValueError."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime() if dialect.name == "sqlite" else DATETIME(fsp=6))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored as an instant")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)
