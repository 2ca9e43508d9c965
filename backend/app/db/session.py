"""Engines: how a connection is opened, what it must promise, and when it counts as dead."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from app.config.settings import Settings

STRICT_MODES = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
LOCK_WAIT_SECONDS = 3
# a hung process must not hold its row locks for the server's default of 8 hours
SESSION_IDLE_SECONDS = 60
POOL_RECYCLE_SECONDS = 45  # below SESSION_IDLE_SECONDS, so that no pooled connection was closed by the server

# players who sign in come in batches, operators seldom
IDENTITY_POOL = 3

# error codes after which a connection is thrown away: lost, shutting down, read-only fail-over, group lost
DEAD_CONNECTION_CODES = frozenset({1047, 1053, 1180, 1290, 1927, 2003, 2006, 2013, 2014, 2055, 3100, 4031})


@dataclass(frozen=True, slots=True)
class Engines:
    """What a process opens. `identities` signs in as the account that may write who knocks; else it is `write`."""

    write: AsyncEngine
    read: AsyncEngine
    identities: AsyncEngine


def make_engines(settings: Settings) -> Engines:
    """The engines that write are READ COMMITTED; the one that reads runs each statement by itself."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        write = _sqlite_engine(url, settings, pool_size=1, writes=True)
        return Engines(write, _sqlite_engine(url, settings, pool_size=4), write)
    write = _writer(settings.database_url, settings, settings.db_write_pool)
    own, cluster = _cluster_of(url)
    read = _mysql_engine(
        own,
        settings,
        cluster,
        pool_size=settings.db_read_pool,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,  # each read would end with a ROLLBACK of nothing: one more round trip
    )
    if settings.identity_database_url is None:
        return Engines(write, read, write)
    return Engines(write, read, _writer(settings.identity_database_url, settings, IDENTITY_POOL))


def _writer(address: str, settings: Settings, pool_size: int) -> AsyncEngine:
    url, cluster = _cluster_of(make_url(address))
    return _mysql_engine(url, settings, cluster, pool_size=pool_size, isolation_level="READ COMMITTED")


def _cluster_of(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL of the preferred server, and how connections are opened when `?failover=` names others."""
    if "failover" not in url.query:
        return url, {}
    from app.db.nodes import Cluster, split_nodes  # noqa: PLC0415 – the driver takes long to import

    url, nodes = split_nodes(url)
    return url, {"async_creator_fn": Cluster(nodes).connect}


def _mysql_engine(
    url: URL, settings: Settings, cluster: dict[str, Any], *, pool_size: int, **options: Any
) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=settings.db_pool_timeout_seconds,
        pool_recycle=POOL_RECYCLE_SECONDS,
        # every transaction ends in our own commit or rollback: a second ROLLBACK would cost a round trip a request
        pool_reset_on_return=None,
        hide_parameters=True,  # errors reach logs and reports; what players sent must not
        connect_args={"connect_timeout": 2, "charset": "utf8mb4"} | cluster,
        **options,
    )
    event.listen(engine.sync_engine, "connect", _prepare_mysql_session)
    event.listen(engine.sync_engine, "handle_error", _mark_dead_connections)
    return engine


def _prepare_mysql_session(connection: Any, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(
        f"SET SESSION sql_mode = '{STRICT_MODES}', time_zone = '+00:00', "
        f"innodb_lock_wait_timeout = {LOCK_WAIT_SECONDS}, wait_timeout = {SESSION_IDLE_SECONDS}, "
        # a player's ended sign-ins are read as one text: MySQL would cut it at 1 kB, and believe the rest again
        "group_concat_max_len = 1048576"
    )
    cursor.close()


def _mark_dead_connections(context: ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, OSError) or error_code(error) in DEAD_CONNECTION_CODES:
        context.is_disconnect = True


def error_code(error: BaseException | None) -> int | None:
    """The server's error number inside a driver error, if it has one."""
    args = getattr(error, "args", ())
    return args[0] if args and isinstance(args[0], int) else None


def _sqlite_engine(url: URL, settings: Settings, *, pool_size: int, writes: bool = False) -> AsyncEngine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=pool_size,  # one writer: SQLite allows one, and our own queue is fairer than its busy loop
        max_overflow=0,
        # below the budget, so that who waits in vain is told BUSY
        pool_timeout=settings.db_budget_seconds * 0.9,
        pool_reset_on_return=None,
        hide_parameters=True,  # errors reach logs and reports; what players sent must not
        connect_args={"isolation_level": None},  # we say BEGIN ourselves, or savepoints would commit silently
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite_session)
    if writes:
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _prepare_sqlite_session(connection: Any, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # one second for the lock of another process: the wait can't be cancelled, so it is short and tried again
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 1000", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite has no CONCAT before 3.44; with it one text serves every server
    connection.create_function("CONCAT", -1, lambda *parts: "".join(map(str, parts)), deterministic=True)
