"""How a command acts on a service: its options, its clock, and what a refusal looks like at a terminal."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from app.cli.environment import clock_of, settings_of
from app.container import Container
from app.core.archive import ArchiveBroken
from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.db.session import error_code

T = TypeVar("T")
DENIED = (1142, 1143, 1044)  # on a table, a column, a database
Data = Annotated[Path | None, typer.Option("--data", help="act on the demo in this folder")]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
Reason = Annotated[str, typer.Option("--reason", help="why; it is written to the audit log")]


def act(data: Path | None, work: Callable[[Container], Awaitable[T]]) -> T:
    """Runs `work` on the chosen service; a refusal ends the command with its code and words, exit code 1."""

    async def run() -> T:
        container = Container(settings_of(data), clock=clock_of(data))
        try:
            return await work(container)
        finally:
            await container.close()

    try:
        return asyncio.run(run())
    except AppError as refusal:
        typer.echo(f"{refusal.code}: {refusal.meaning.en} {refusal.facts or ''}", err=True)
        raise typer.Exit(1) from None
    except ArchiveBroken as broken:
        typer.echo(str(broken), err=True)
        raise typer.Exit(1) from None
    except DBAPIError as error:
        if error_code(error.orig) not in DENIED:
            raise
        typer.echo("this database account may not do that: sign in as the tables' owner", err=True)
        raise typer.Exit(1) from None


def print_json(answer: Any) -> None:
    """One JSON document on stdout; instants with the offset +09:00."""
    typer.echo(json.dumps(answer, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return kst_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)
