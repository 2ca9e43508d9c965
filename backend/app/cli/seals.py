"""`./run ops seals FILE`: the seals that were kept outside, compared with those in the database."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from app.cli.acting import Data, act
from app.container import Container
from app.flows.seal_audit import KeptSeal, contradicted_seals

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="what AUDIT_SEALS_FILE named, or a copy")]


def seals(file: File, data: Data = None) -> None:
    """Compares kept seals of the operators' log with the database: one that differs shows a log that was rewritten."""

    async def work(container: Container) -> tuple[int, list[KeptSeal]]:
        kept = _read(file)
        return len(kept), await contradicted_seals(container.house, kept)

    count, contradicted = act(data, work)
    for seal in contradicted:
        typer.echo(f"seal {seal.seal} through act {seal.through} stands otherwise in the database, or not at all")
    typer.echo(f"{count - len(contradicted)} of {count} seals agree")
    if contradicted:
        raise typer.Exit(1)


def _read(file: Path) -> list[KeptSeal]:
    try:
        return [KeptSeal.model_validate_json(line) for line in file.read_text().splitlines() if line.strip()]
    except (ValidationError, UnicodeDecodeError):
        raise typer.BadParameter("every line must be a seal as the worker wrote it", param_hint="FILE") from None
