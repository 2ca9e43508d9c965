"""Reads what the database says of itself. Keeper of no table; changes nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database_facts import DatabaseFacts
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
READ_SQLITE = Statement("SELECT sqlite_version()")
# Asking for the plan of a write needs the right to write and writes nothing. Unlike a reading of SHOW GRANTS it counts
# roles, patterns and partial revokes as the server itself does.
RIGHTS = {
    "DELETE": "EXPLAIN DELETE FROM {table} WHERE 1 = 0",
    "UPDATE": "EXPLAIN UPDATE {table} SET operation_id = operation_id WHERE 1 = 0",
}
LEDGERS = ("wallet_ledger", "season_xp_ledger")
DENIED, NO_SUCH_TABLE = 1142, 1146


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

    async def _server(self) -> tuple[str, datetime | None]:
        [(version, clock)] = await self._tx.rows(READ_SERVER)
        return version, instant_in(clock)

    async def _rights_on(self, table: str) -> list[str]:
        return [f"{right} on {table}" for right, question in RIGHTS.items() if await self._may(question, table)]

    async def _may(self, question: str, table: str) -> bool:
        try:
            await self._tx.execute(text(question.format(table=table)))
        except DBAPIError as error:
            if error_code(error.orig) in (DENIED, NO_SUCH_TABLE):
                return False
            raise
        return True
