"""`./run ops seals FILE`: the seals that were kept outside, compared with those in the database."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from app.cli.acting import Data, act
from app.flows.seal_audit import KeptSeal, contradicted_seals


def seals(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="what AUDIT_SEALS_FILE named, or a copy")],
    data: Data = None,
) -> None:
    """Compares kept seals of the operators' log with the database: a line that differs shows that one was rewritten."""
    try:
        kept = [KeptSeal.model_validate_json(line) for line in file.read_text().splitlines() if line.strip()]
    except (ValidationError, UnicodeDecodeError):
        typer.echo(f"{file}: every line must be a seal as the worker wrote it", err=True)
        raise typer.Exit(2) from None
    contradicted = act(data, lambda container: contradicted_seals(container.house, kept))
    for seal in contradicted:
        typer.echo(f"seal {seal.seal} through act {seal.through} stands otherwise in the database, or not at all")
    typer.echo(f"{len(kept) - len(contradicted)} of {len(kept)} seals agree")
    if contradicted:
        raise typer.Exit(1)
