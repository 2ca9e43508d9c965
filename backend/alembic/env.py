"""Runs revisions on a database: one process at a time, and never waiting long for a table that is in use.

The URL comes from the caller (`app.db.schema.upgrade_to_head`), from `-x url=…`, or from DATABASE_URL.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

import app.models  # noqa: F401 – makes the metadata complete
from app.config.loading import load_settings
from app.db.base import metadata
from app.db.nodes import split_nodes
from app.db.schema import MigrationRefused
from app.db.session import STRICT_MODES, error_code

# While a statement waits for a table in use, every later query on that table queues behind it: better to give up and
# come again. The server's default is a day.
TABLE_WAIT_SECONDS = 5
# A second process waits this long for the first one's whole migration.
TURN_WAIT_SECONDS = 120
NOT_SUPPORTED = 1235  # "GET_LOCK in cluster (WSREP_ON=ON)"


def database_url() -> str:
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    return given or load_settings().database_url


async def migrate_online() -> None:
    engine = open_engine(database_url())
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


def open_engine(url: str) -> AsyncEngine:
    if url.startswith("sqlite"):
        engine = create_async_engine(url, poolclass=NullPool, connect_args={"isolation_level": None, "timeout": 30})
        # Taken before the version is read, so that a second process sees what the first one did.
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    address, _ = split_nodes(make_url(url))  # of a cluster the first server: its DDL reaches the others
    engine = create_async_engine(address, poolclass=NullPool)
    event.listen(engine.sync_engine, "connect", prepare_session)
    return engine


def prepare_session(connection: Any, _entry: object) -> None:
    cursor = connection.cursor()
    cursor.execute(
        f"SET SESSION sql_mode = '{STRICT_MODES}', time_zone = '+00:00', lock_wait_timeout = {TABLE_WAIT_SECONDS}"
    )
    cursor.close()


def migrate(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":  # its DDL is transactional: all revisions or none
        run(connection, transactional_ddl=True)
        return
    with our_turn(connection):  # MySQL commits every DDL statement, so each revision stands by itself
        run(connection, transactional_ddl=False)


def run(connection: Connection, *, transactional_ddl: bool) -> None:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=transactional_ddl)
    with context.begin_transaction():
        refuse_foreign_tables(connection)
        context.run_migrations()


@contextmanager
def our_turn(connection: Connection) -> Iterator[None]:
    """Holds a lock of the server, named after the database; it ends with the connection, whatever happens.

    Galera has no such lock: there the operator sees to it that one migration runs at a time.
    """
    name = "CONCAT('dojang migrates ', LEFT(SHA2(DATABASE(), 256), 16))"  # at most 64 characters
    with connection.begin():  # the lock outlives this transaction; Alembic wants to begin its own
        try:
            is_ours = connection.scalar(text(f"SELECT GET_LOCK({name}, {TURN_WAIT_SECONDS})"))
        except DBAPIError as error:
            if error_code(error.orig) != NOT_SUPPORTED:
                raise
            is_ours = True
    if not is_ours:
        raise MigrationRefused(f"another process has been migrating this database for {TURN_WAIT_SECONDS} s")
    yield


def refuse_foreign_tables(connection: Connection) -> None:
    """`if_not_exists` would take another program's table of the same name for ours."""
    tables = inspect(connection).get_table_names()
    if tables and "alembic_version" not in tables:
        raise MigrationRefused(f"the database holds tables that no revision made: {', '.join(sorted(tables)[:5])}")


def migrate_offline() -> None:
    """Prints the SQL instead of running it (`alembic upgrade head --sql`): for a DBA to read and run."""
    context.configure(url=database_url(), target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
