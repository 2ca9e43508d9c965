"""`./run ops seals FILE`: the seals that were kept outside, compared with those in the database."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from app.cli.acting import Data, act
from app.container import Container
from app.flows.seal_audit import Comparison, KeptSeal, compare_seals

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="what AUDIT_SEALS_FILE named, or a copy")]


def seals(file: File, data: Data = None) -> None:
    """Compares kept seals of the operators' log with the database, and the whole log with its seals."""

    async def work(container: Container) -> tuple[int, list[int], Comparison]:
        kept, unreadable = _read(file)
        return len(kept), unreadable, await compare_seals(container.house, kept)

    count, unreadable, found = act(data, work)
    for line in unreadable:
        typer.echo(f"line {line} of the file is no seal as the worker writes it")
    for seal in found.contradicted:
        typer.echo(f"seal {seal.seal} through act {seal.through} stands otherwise in the database, or not at all")
    for what, number in found.breaks:
        typer.echo(f"{what} {number} of the log does not follow from what stands before it")
    if found.not_kept:
        typer.echo(f"the file lacks {len(found.not_kept)} seals of the database, the first of them {found.not_kept[0]}")
    typer.echo(f"{count - len(found.contradicted)} of {count} kept seals agree")
    if unreadable or not found.is_fine or (found.not_kept and not count):
        raise typer.Exit(1)


def _read(file: Path) -> tuple[list[KeptSeal], list[int]]:
    """The seals, and the numbers of the lines that are none."""
    kept: list[KeptSeal] = []
    unreadable: list[int] = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            kept += [KeptSeal.model_validate_json(line)] if line.strip() else []
        except ValidationError:
            unreadable.append(number)
    return kept, unreadable
