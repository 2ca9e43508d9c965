"""`./run ops player …`: what is stored about one person, for that person; and erasing them."""

import getpass
from typing import Annotated

import typer

from app.cli.acting import AsJson, Data, Reason, act, print_json
from app.flows.erase_player import erase_player
from app.flows.export_player import export_player
from app.services.audit_service import AdminAct

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
PlayerId = Annotated[
    int, typer.Option("--id", help="our number of the player, as the console shows it", min=1, max=2**63 - 1)
]


@app.command()
def export(player_id: PlayerId, reason: Reason, data: Data = None) -> None:
    """Prints everything that is stored about a player as one JSON document. Audited."""
    print_json(act(data, lambda container: export_player(container.house, _who(reason), player_id)))


@app.command()
def erase(player_id: PlayerId, reason: Reason, data: Data = None, as_json: AsJson = False) -> None:
    """Erases a person: names, tokens, and what hosts said of them. Ledger, rewards and totals stay whole.

    It can't be undone. On a server it needs the rights of the tables' owner. A second run changes nothing.
    """
    counts = act(
        data,
        lambda container: erase_player(container.house, _who(reason), player_id, tokens_now=container.keys.now()),
    )
    if as_json:
        print_json({"player": player_id, "was_erased_before": counts is None, "cleaned": counts or {}})
        return
    for table, rows in (counts or {}).items():
        typer.echo(f"{table}: {rows} rows")
    typer.echo("had been erased before: nothing changed" if counts is None else f"player {player_id} is erased")


def _who(reason: str) -> AdminAct:
    return AdminAct(f"cli:{getpass.getuser()}", reason, None)
