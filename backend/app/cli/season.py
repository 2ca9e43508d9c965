"""`./run ops season …`: seasons as files."""

import getpass
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.acting import AsJson, Data, Reason, act, warn
from app.container import Container
from app.domain.season_file import SeasonPlan, read_season_file
from app.flows.export_season import export_season
from app.flows.save_season import apply_season
from app.services.audit_service import AdminAct

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a season file (YAML)")]


@app.command("export")
def export(name: str, file: Path, data: Data = None) -> None:
    """Writes the season NAME to FILE. Applying that file again changes nothing, and exports the same bytes."""
    text = act(data, lambda container: export_season(container.house, name))
    file.write_text(text, encoding="utf-8")
    typer.echo(file)


@app.command()
def plan(file: File, data: Data = None, as_json: AsJson = False) -> None:
    """Shows what `apply` would change, or the refusal it would meet. Changes nothing."""
    _show(_apply(file, data, "a plan", is_dry_run=True), as_json=as_json, done="would be")


@app.command()
def apply(
    file: File,
    reason: Reason,
    data: Data = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="as `plan`")] = False,
    as_json: AsJson = False,
) -> None:
    """Makes the season of FILE what the file says: adds it, changes it, or finds it so already. Audited."""
    _show(_apply(file, data, reason, is_dry_run=dry_run), as_json=as_json, done="would be" if dry_run else "was")


def _apply(file: Path, data: Path | None, reason: str, *, is_dry_run: bool) -> SeasonPlan:
    raw = file.read_bytes()

    async def work(container: Container) -> SeasonPlan:
        wanted = read_season_file(raw)
        who = AdminAct(f"cli:{getpass.getuser()}", reason, None)
        return await apply_season(
            container.house, who, wanted.season, is_active=wanted.is_active, is_dry_run=is_dry_run
        )

    return act(data, work)


def _show(plan: SeasonPlan, *, as_json: bool, done: str) -> None:
    changes = [{"field": c.field, "before": c.before, "after": c.after} for c in plan.changes]
    if as_json:
        shown = {"is_new": plan.is_new, "changes": changes, "warnings": list(plan.warnings)}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    elif plan.is_new:
        typer.echo(f"the season {done} added")
    else:
        for change in changes:
            typer.echo(f"{change['field']}: {_text(change['before'])} → {_text(change['after'])}")
        typer.echo(f"{len(changes)} fields {done} changed" if changes else "nothing to change")
    if not as_json:
        warn(plan.warnings)


def _text(value: Any) -> str:
    return "–" if value is None else json.dumps(value, ensure_ascii=False)
