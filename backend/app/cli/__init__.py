"""The terminal's door: `./run demo | serve | dev | ops …`."""

import typer

from app.cli import demo, ops, rules, season, serve, worker
from app.cli.terminal import Terminal

# plain errors: a box would cut a sentence into lines
app = typer.Typer(
    cls=Terminal, rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("dev")(serve.dev)
app.command("worker")(worker.worker)
ops.app.add_typer(season.app, name="season", help="Seasons as files: export, plan, apply.")
ops.app.add_typer(rules.app, name="rules", help="Rules of hosts as files: apply.")
app.add_typer(ops.app, name="ops", help="Operate a running or configured service.")
