"""How a command acts on a service: its options, its clock, and what a refusal looks like at a terminal."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from app.cli.environment import clock_of, settings_of
from app.container import Container
from app.core.archive import ArchiveBroken
from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.db.schema import HOW_TO_MIGRATE, NO_SUCH_TABLE, MigrationRefused
from app.db.session import error_code

T = TypeVar("T")
DENIED = (1142, 1143, 1044)  # on a table, a column, a database
Data = Annotated[Path | None, typer.Option("--data", help="act on the demo in this folder")]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
LONGEST_REASON = 500  # of the audit log's column


def _said(reason: str) -> str:
    text = reason.strip()
    if not 0 < len(text) <= LONGEST_REASON:
        raise typer.BadParameter(f"1 to {LONGEST_REASON} characters that say why")
    return text


Reason = Annotated[str, typer.Option("--reason", callback=_said, help="why; it is written to the audit log")]


def act(data: Path | None, work: Callable[[Container], Awaitable[T]]) -> T:
    """Runs `work` on the chosen service; a refusal ends the command with its code and words, exit code 1."""

    async def run() -> T:
        container = _container(data)
        try:
            return await work(container)
        finally:
            await container.close()

    with told_plainly():
        return asyncio.run(run())


def warn(warnings: Iterable[Mapping[str, Any]]) -> None:
    """Says on stderr what a config names that can't be reached yet."""
    for one in warnings:
        typer.echo(f"warning: {one['field']}: {one['name']}: {one['reason']}", err=True)


@contextmanager
def told_plainly() -> Iterator[None]:
    """What can't be done ends the command with its reason in a line on stderr and exit code 1."""
    try:
        yield
    except AppError as refusal:
        reason = f"{refusal.code}: {refusal.meaning.en} {refusal.facts or ''}"
    except (ArchiveBroken, MigrationRefused, OSError) as error:
        reason = str(error)
    except (OperationalError, ProgrammingError) as error:
        reason = _of_the_database(error)
    else:
        return
    typer.echo(reason, err=True)
    raise typer.Exit(1) from None


def _of_the_database(error: DBAPIError) -> str:
    if error_code(error.orig) in DENIED:
        return "this database account may not do that: sign in as the tables' owner"
    if error_code(error.orig) == NO_SUCH_TABLE or "no such table" in str(error.orig):
        return f"the database has no schema yet: run `{HOW_TO_MIGRATE}`"
    if isinstance(error, OperationalError):
        return f"the database says: {error.orig}"
    raise error


def _container(data: Path | None) -> Container:
    try:
        return Container(settings_of(data), clock=clock_of(data))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None  # a secret that is too short, two of one name


def print_json(answer: Any) -> None:
    """One JSON document on stdout; instants with the offset +09:00."""
    typer.echo(json.dumps(answer, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return kst_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)
