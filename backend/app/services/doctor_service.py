"""Reads what the database says of itself. Keeper of no table; changes nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database_facts import DatabaseFacts, SessionFacts
from app.core.database_rights import HeldRights, beyond_tables
from app.db.base import metadata
from app.db.schema import schema_version
from app.db.session import error_code
from app.db.statements import Flavour, Statement
from app.db.transaction import Tx
from app.db.values import instant_in

VARIABLES = (
    "sql_mode",
    "innodb_flush_log_at_trx_commit",
    "log_bin",
    "sync_binlog",
    "innodb_rollback_on_timeout",
    "max_connections",
)
READ_VARIABLES = Statement("SHOW VARIABLES WHERE variable_name IN ({names})")
READ_SERVER = Statement("SELECT VERSION(), UTC_TIMESTAMP(6)")
# super_read_only sets read_only too; a reader of a cluster with shared storage has only the engine's
READ_WRITABLE = Statement("SELECT @@global.read_only, @@global.innodb_read_only")
OFF = frozenset({"0", "OFF"})  # newer servers answer in words
READ_SQLITE = Statement("SELECT sqlite_version()")
# Asking for the plan of a write needs the right to write and writes nothing. Unlike a reading of SHOW GRANTS it counts
# roles, patterns and partial revokes as the server itself does.
ASKED = {
    "DELETE": "EXPLAIN DELETE FROM {table} WHERE 1 = 0",
    "INSERT": "EXPLAIN INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 0",
    "UPDATE": "EXPLAIN UPDATE {table} SET {column} = {column} WHERE 1 = 0",
}
READ_GRANTS = Statement("SHOW GRANTS")
LEDGERS = ("wallet_ledger", "season_xp_ledger")
# what our own connections run with; servers differ in what they call the first
SESSION_VARIABLES = ("tx_isolation", "transaction_isolation", "character_set_connection", "time_zone", "wait_timeout")
# null where the server's tables of time zones are empty
READ_SESSION = Statement("""
    SELECT @@collation_database, CONVERT_TZ('2026-01-01 00:00:00', '+00:00', 'Asia/Seoul') IS NOT NULL
""")
READ_SQLITE_SESSION = ("journal_mode", "synchronous", "foreign_keys")
# of a table, of a column
DENIED, COLUMN_DENIED, NO_SUCH_TABLE = 1142, 1143, 1146


class DoctorService:
    """Looks at the database from inside a transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def facts(self) -> DatabaseFacts:
        """Everything that a start depends on."""
        schema = await schema_version(self._tx)
        if self._tx.flavour is Flavour.SQLITE:
            [(version,)] = await self._tx.rows(READ_SQLITE)
            return DatabaseFacts(server=f"SQLite {version}", schema=schema)
        server, clock = await self._server()
        names: Sequence[str] = VARIABLES
        variables = await self._tx.rows(READ_VARIABLES, names, names=len(names))
        return DatabaseFacts(
            server=server,
            schema=schema,
            clock=clock,
            variables={name.lower(): value for name, value in variables},
            ledger_rights=tuple([right for table in LEDGERS for right in await self._rights_on(table)]),
        )

    async def takes_writes(self) -> bool:
        """False on a server that only reads: a replica, or what a fail-over left behind. SQLite: we hold its file."""
        if self._tx.flavour is Flavour.SQLITE:
            return True
        [switches] = await self._tx.rows(READ_WRITABLE)
        return all(str(switch).upper() in OFF for switch in switches)

    async def session(self) -> SessionFacts:
        """What the connections of the write pool run with."""
        if self._tx.flavour is Flavour.SQLITE:
            rows = [(await self._tx.rows(Statement(f"PRAGMA {name}")))[0][0] for name in READ_SQLITE_SESSION]
            return SessionFacts(dict(zip(READ_SQLITE_SESSION, map(str, rows), strict=True)))
        variables = await self._tx.rows(READ_VARIABLES, SESSION_VARIABLES, names=len(SESSION_VARIABLES))
        [(collation, knows_seoul)] = await self._tx.rows(READ_SESSION)
        return SessionFacts({name.lower(): value for name, value in variables}, collation, bool(knows_seoul))

    async def rights(self) -> HeldRights | None:
        """What this account may do to every table of ours; None on SQLite, which knows no accounts."""
        if self._tx.flavour is Flavour.SQLITE:
            return None
        held = {
            (right, table.name)
            for table in metadata.sorted_tables
            for right, question in ASKED.items()
            if await self._may(question.replace("{column}", next(iter(table.columns)).name), table.name)
        }
        shown = [row[0] for row in await self._tx.rows(READ_GRANTS)]
        return HeldRights(frozenset(held), beyond_tables(shown))

    async def _server(self) -> tuple[str, datetime | None]:
        [(version, clock)] = await self._tx.rows(READ_SERVER)
        return version, instant_in(clock)

    async def _rights_on(self, table: str) -> list[str]:
        """`operation_id` stands in every ledger."""
        changes = ("DELETE", "UPDATE")
        asked = {right: ASKED[right].replace("{column}", "operation_id") for right in changes}
        return [f"{right} on {table}" for right, question in asked.items() if await self._may(question, table)]

    async def _may(self, question: str, table: str) -> bool:
        try:
            await self._tx.execute(text(question.format(table=table)))
        except DBAPIError as error:
            if error_code(error.orig) in (DENIED, COLUMN_DENIED, NO_SUCH_TABLE):
                return False
            raise
        return True
