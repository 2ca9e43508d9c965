"""`./run ops …`: what an operator does at a terminal."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli import backup, doctor, grant, hosts, jobs, player, retain, seals, staff
from app.cli.acting import Address, AsJson, Data, Reason, act
from app.cli.environment import address_of, settings_of
from app.cli.reference import write_reference
from app.container import Container
from app.core.startup import require_meant_database
from app.core.time_utils import kst_text
from app.db.schema import upgrade_to_head
from app.flows.issue_token import issue_token
from app.flows.reconcile import reconcile as run_reconcile
from app.flows.replay_play import replay_play as run_replay_play
from app.flows.seed_reference import seed_reference
from app.flows.sign_in_link import issue_sign_in_link
from app.flows.switch_feature import switch_feature
from app.services.audit_service import AdminAct

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(jobs.app, name="jobs", help="The worker's jobs.")
app.command("settle-bridge")(jobs.settle_bridge)
app.command("grant")(grant.grant)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("retain")(retain.retain)
app.command("seals")(seals.seals)
app.add_typer(player.app, name="player", help="What is stored about one person: export, erase.")
app.add_typer(staff.app, name="staff", help="Operators' accounts.")
app.add_typer(hosts.app, name="host", help="Connected products, and how they sign.")
app.command("rotate-jwt-secret")(staff.rotate_jwt_secret)


@app.command()
def migrate(data: Data = None) -> None:
    """Brings the database to this version's schema. Safe to run twice, or twice at once."""
    settings = settings_of(data)
    require_meant_database(settings)
    upgrade_to_head(settings.database_url)
    typer.echo("the schema is at head")


@app.command()
def seed(data: Data = None) -> None:
    """Adds the reference host, features, games and notices where they are missing. Changes nothing that exists."""
    added = act(data, lambda container: seed_reference(container.house))
    typer.echo("added: " + (", ".join(added) or "nothing, all was there"))


@app.command()
def token(
    sub: Annotated[str, typer.Option(help="the host's user id, or a staff login")],
    scope: Annotated[str, typer.Option(help="player, or staff scopes: admin, ops, support, host")] = "player",
    ttl: Annotated[int, typer.Option(help="seconds", min=1, max=86_400)] = 3600,
    host: Annotated[str, typer.Option(help="the host the player belongs to")] = "main",
    data: Data = None,
) -> None:
    """Prints a JWT, as the last line. A staff scope makes the staff account if it is missing (audited)."""
    scopes = frozenset(scope.replace(",", " ").split())
    typer.echo(
        act(data, lambda c: issue_token(c.house, c.keys, subject=sub, scopes=scopes, host=host, ttl_seconds=ttl))
    )


@app.command("sign-in-link")
def sign_in_link(
    login: Annotated[str, typer.Option(help="the operator's login")],
    scope: Annotated[str, typer.Option(help="of an operator who is new: admin, ops, support")] = "",
    url: Address = None,
    data: Data = None,
) -> None:
    """Prints a link that signs an operator in to the console once, within 24 hours, with the scopes they have.

    Raises nobody's: `ops staff create` does. Audited.
    """
    scopes = frozenset(scope.replace(",", " ").split())
    key = act(data, lambda c: issue_sign_in_link(c.house, c.keys, login=login, scopes=scopes))
    typer.echo(f"{url or address_of(data)}/console/enter?key={key}")


@app.command()
def stop(feature: str, reason: Reason, data: Data = None) -> None:
    """Stops a feature for every play that starts after this returns, on every process."""
    _switch(feature, reason, data, is_enabled=False)


@app.command()
def resume(feature: str, reason: Reason, data: Data = None) -> None:
    """Opens a feature again."""
    _switch(feature, reason, data, is_enabled=True)


def _switch(feature: str, reason: str, data: Path | None, *, is_enabled: bool) -> None:
    async def work(container: Container) -> str:
        act = AdminAct("cli", reason, None)
        await switch_feature(container.house, act, feature, is_enabled=is_enabled, expected_version=None)
        return kst_text(container.clock.now())

    at = act(data, work)
    typer.echo(f"{feature} {'open' if is_enabled else 'stopped'} since {at}")


@app.command("api-docs")
def api_docs(folder: Path = Path("docs")) -> None:
    """Writes the contract, its types, the error table and the settings from the code."""
    for file in write_reference(folder):
        typer.echo(file)


@app.command()
def reconcile(data: Data = None, as_json: AsJson = False) -> None:
    """Checks every invariant of the stored value. Exit code 1 when anything differs."""
    results = act(data, lambda container: run_reconcile(container.house))
    if as_json:
        lines = [
            {"check": r.name, "proves": r.numbers, "promise": r.promise, "differences": r.count, "examples": r.examples}
            for r in results
        ]
        typer.echo(json.dumps(lines))
    else:
        for result in results:
            name = " ".join([result.name, *(f"(+{number})" for number in result.numbers[1:])])
            typer.echo(f"{'ok ' if result.count == 0 else 'BAD'} {name:<38} {result.count} {result.promise}")
    differences = sum(result.count for result in results)
    if not as_json:
        typer.echo(f"{differences} differences")
    raise typer.Exit(1 if differences else 0)


@app.command("replay-play")
def replay_play(play_id: str, data: Data = None, as_json: AsJson = False) -> None:
    """Computes a play again from its config version and rolls. Exit code 1 when the result differs."""
    verdict = act(data, lambda container: run_replay_play(container.house, play_id))
    if as_json:
        typer.echo(json.dumps(verdict, ensure_ascii=False))
    else:
        for name, value in verdict.items():
            typer.echo(f"{name}: {value}")
    raise typer.Exit(0 if verdict["matches"] else 1)
