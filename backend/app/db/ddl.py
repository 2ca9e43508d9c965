"""What revisions need beyond Alembic's own operations. MySQL commits each DDL statement by itself, so a revision

that broke half-way is run again from its first line: `if_not_exists` lets it pass what already stands.
"""

from collections.abc import Sequence
from typing import Any

from alembic import context, op
from sqlalchemy import Column, inspect


def create_index_once(name: str, table: str, columns: Sequence[str], *, unique: bool = False) -> None:
    """Creates an index unless it stands already. MySQL has no CREATE INDEX IF NOT EXISTS."""
    if context.is_offline_mode() or not _has_index(table, name):
        op.create_index(name, table, columns, unique=unique)


def drop_index_once(name: str, table: str) -> None:
    """Drops an index unless it is gone already. MySQL has no DROP INDEX IF EXISTS."""
    if context.is_offline_mode() or _has_index(table, name):
        op.drop_index(name, table)


def add_column_once(table: str, column: Column[Any]) -> None:
    """Adds a column unless it stands already. MySQL has no ADD COLUMN IF NOT EXISTS."""
    if context.is_offline_mode() or not _has_column(table, column.name):
        op.add_column(table, column)


def drop_column_once(table: str, name: str) -> None:
    """Drops a column unless it is gone already."""
    if context.is_offline_mode() or _has_column(table, name):
        op.drop_column(table, name)


def _has_column(table: str, name: str) -> bool:
    return any(column["name"] == name for column in inspect(op.get_bind()).get_columns(table))


def _has_index(table: str, name: str) -> bool:
    return any(index["name"] == name for index in inspect(op.get_bind()).get_indexes(table))
