"""The terminal's door: `./run demo | serve | dev | ops …`."""

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from app.cli import demo, ops, rules, season, serve, worker

LONGEST_ARGUMENT = 4_000  # characters: an address, a path or a reason, and far below what a terminal passes on


class Terminal(TyperGroup):
    """Refuses an argument that nobody means: too long, or bytes that are no text."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **options: Any) -> Any:
        for text in sys.argv[1:] if args is None else args:
            if len(text) > LONGEST_ARGUMENT or "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
                typer.echo(f"an argument is text of at most {LONGEST_ARGUMENT} characters", err=True)
                sys.exit(2)
        return super().main(args, *more, **options)


app = typer.Typer(cls=Terminal, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("dev")(serve.dev)
app.command("worker")(worker.worker)
ops.app.add_typer(season.app, name="season", help="Seasons as files: export, plan, apply.")
ops.app.add_typer(rules.app, name="rules", help="Rules of hosts as files: apply.")
app.add_typer(ops.app, name="ops", help="Operate a running or configured service.")
