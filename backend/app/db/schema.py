"""The schema this code works on: its version, how a database gets there, and the refusal of any other."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.core.errors import AppError
from app.db.session import error_code
from app.db.transaction import Database, Tx

if TYPE_CHECKING:
    from alembic.config import Config

# The newest revision. Written down because finding it needs Alembic, which takes longer to import than all else that a
# start of the API does; a test compares it with the revisions themselves.
HEAD = "0373_taken_back"
HOW_TO_MIGRATE = "./run ops migrate"
REVISIONS = Path(__file__).parents[2] / "alembic"
NO_SUCH_TABLE = 1146

# Alembic keeps the migration under way in module globals: two at once in one process would mix.
_one_at_a_time = threading.Lock()


class MigrationRefused(Exception):
    """A migration that was not begun; nothing was changed. The text says why in one sentence."""


def upgrade_to_head(url: str) -> None:
    """Brings the database to HEAD; a second run changes nothing, and two processes at once are safe.

    Blocks; may be called while an event loop runs. Raises MigrationRefused when the database isn't ours to migrate.
    A run that broke is completed by the next one.
    """
    upgrade(url, "head")


def upgrade(url: str, revision: str) -> None:
    """Brings the database up to `revision`; "+1" is one step."""
    _run("upgrade", url, revision)


def downgrade(url: str, revision: str) -> None:
    """Brings the database down to `revision`; "-1" is one step, "base" all of them. The tables' rows are lost."""
    _run("downgrade", url, revision)


def _require_file(url: str) -> None:
    """Makes the folder of SQLite's file. Raises MigrationRefused when the file can't be opened, before a driver's

    thread would find out.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        try:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
            sqlite3.connect(address.database).close()
        except (sqlite3.Error, OSError) as error:
            raise MigrationRefused(f"DATABASE_URL names a file that can't be opened: {error}") from None


def _run(direction: str, url: str, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 – see HEAD

    _require_file(url)
    work = partial(getattr(command, direction), alembic_config(url), revision)
    with _one_at_a_time:
        if not _loop_runs():  # env.py runs its own, which Ctrl-C ends; a thread would be waited for
            work()
            return
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(work).result()


def _loop_runs() -> bool:
    """Whether an event loop runs in the caller's thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def alembic_config(url: str | None = None) -> "Config":
    """The configuration of Alembic for one database, as alembic.ini has it for the command line."""
    from alembic.config import Config  # noqa: PLC0415 – see HEAD

    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(REVISIONS))
    return config


async def schema_version(tx: Tx) -> str | None:
    """The revision the database stands at; None when it was never migrated."""
    try:
        return (await tx.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    except (OperationalError, ProgrammingError) as error:
        if error_code(error.orig) == NO_SUCH_TABLE or "no such table" in str(error.orig):
            return None
        raise


async def require_schema(database: Database) -> None:
    """Returns when the database stands at HEAD; raises DB_SCHEMA_MISMATCH naming both and what to do otherwise."""
    version = await database.read(schema_version)
    if version != HEAD:
        raise AppError("DB_SCHEMA_MISMATCH", database_version=version, code_version=HEAD, remedy=HOW_TO_MIGRATE)
