"""`./run ops host …`: whose products are connected, and how they sign their players' tokens."""

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.acting import AsJson, Data, Reason, act, print_json
from app.container import Container
from app.domain.config_fields import parse_config
from app.domain.host_signing import LONGEST_LIFE, SHORTEST_LIFE, HostFields, SigningFields
from app.flows.save_host import add_host, end_host_signing, set_host_signing, switch_host
from app.services.audit_service import AdminAct

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
Code = Annotated[str, typer.Argument(help="the host's code")]
DAY_SECONDS = 86_400


@app.command("list")
def show(data: Data = None, as_json: AsJson = False) -> None:
    """Every host, and how it signs."""
    rows = act(data, lambda container: container.house.read(lambda keepers: keepers.identity.hosts()))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        _say(row)


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="what operators call it")],
    reason: Reason,
    data: Data = None,
) -> None:
    """Adds a host. Its code can't be changed. Audited."""
    fields = {"code": code, "name": name}

    async def work(container: Container) -> dict[str, Any]:
        wanted = parse_config(HostFields, fields, "VALIDATION_ERROR")
        return await add_host(container.house, _who(reason), wanted)

    _say(act(data, work))


@app.command()
def disable(code: Code, reason: Reason, data: Data = None) -> None:
    """Switches a host off: its server and its players are refused (HOST_DISABLED), nothing is lost. Audited."""
    _switch(code, reason, data, is_active=False)


@app.command()
def enable(code: Code, reason: Reason, data: Data = None) -> None:
    """Switches a host on: its keys and its players' sign-ins go on. Audited; a second run changes nothing."""
    _switch(code, reason, data, is_active=True)


def _switch(code: str, reason: str, data: Path | None, *, is_active: bool) -> None:
    async def work(container: Container) -> dict[str, Any]:
        return await switch_host(container.house, _who(reason), code, is_active=is_active, expected_version=None)

    _say(act(data, work))


@app.command()
def signing(  # noqa: PLR0917 – typer's way to name options
    code: Code,
    algorithm: Annotated[str, typer.Option(help="ES256, EdDSA, RS256 or HS256")],
    issuer: Annotated[str, typer.Option(help="`iss` of its tokens")],
    reason: Reason,
    jwks_url: Annotated[str | None, typer.Option(help="where it publishes its keys")] = None,
    key_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="instead: its public PEM, or the HS256 secret")
    ] = None,
    audience: Annotated[str | None, typer.Option(help="`aud` that its tokens must name")] = None,
    max_life: Annotated[
        int, typer.Option(min=SHORTEST_LIFE, max=LONGEST_LIFE, help="seconds; tokens that live longer are refused")
    ] = DAY_SECONDS,
    data: Data = None,
) -> None:
    """Sets all of how a host signs its own players' tokens. Audited; of a key only its SHA-256 is kept there."""

    async def work(container: Container) -> dict[str, Any]:
        document = {
            "algorithm": algorithm,
            "issuer": issuer,
            "audience": audience,
            "jwks_url": jwks_url,
            "public_key": key_file.read_text(errors="replace").strip() if key_file else None,
            "max_life_seconds": max_life,
        }
        fields = parse_config(SigningFields, document, "VALIDATION_ERROR")
        ours, jwks = container.keys, container.authenticator.jwks
        return await set_host_signing(
            container.house, _who(reason), code, fields, ours=ours, jwks=jwks, expected_version=None
        )

    _say(act(data, work))


@app.command("end-signing")
def end_signing(code: Code, reason: Reason, data: Data = None) -> None:
    """Ends it: the host's own tokens count no longer. Its API keys go on. A second run changes nothing. Audited."""
    _say(act(data, lambda container: end_host_signing(container.house, _who(reason), code, expected_version=None)))


def _say(row: dict[str, Any]) -> None:
    signs = row["signing"]
    words = "signs no tokens of its own"
    if signs is not None:
        source = signs["jwks_url"] or f"a pinned key {(signs['public_key_sha256'] or '')[:12]}".strip()
        words = f"signs as {signs['issuer']} with {signs['algorithm']}, keys from {source}"
    typer.echo(f"{row['code']} ({row['name']}){'' if row['is_active'] else ', off'}: {words}")


def _who(reason: str) -> AdminAct:
    return AdminAct(f"cli:{getpass.getuser()}", reason, None)
