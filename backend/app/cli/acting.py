"""How a command acts on a service: its options and its clock."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app.cli.environment import clock_of, settings_of
from app.container import Container
from app.core.time_utils import kst_text

T = TypeVar("T")
Data = Annotated[Path | None, typer.Option("--data", help="act on the demo in this folder")]
Address = Annotated[
    str | None, typer.Option("--url", help="where the service is; by default the demo's, or http://127.0.0.1:8000")
]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
LONGEST_REASON = 500  # of the audit log's column


def _said(reason: str) -> str:
    text = reason.strip()
    if not 0 < len(text) <= LONGEST_REASON:
        raise typer.BadParameter(f"1 to {LONGEST_REASON} characters that say why")
    return text


Reason = Annotated[str, typer.Option("--reason", callback=_said, help="why; it is written to the audit log")]


def act(data: Path | None, work: Callable[[Container], Awaitable[T]]) -> T:
    """Runs `work` on the chosen service."""

    async def run() -> T:
        container = Container(settings_of(data), clock=clock_of(data))
        try:
            return await work(container)
        finally:
            await container.close()

    return asyncio.run(run())


def warn(warnings: Iterable[Mapping[str, Any]]) -> None:
    """Says on stderr what a config names that can't be reached yet."""
    for one in warnings:
        typer.echo(f"warning: {one['field']}: {one['name']}: {one['reason']}", err=True)


def print_json(answer: Any) -> None:
    """One JSON document on stdout; instants with the offset +09:00."""
    typer.echo(json.dumps(answer, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return kst_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)
