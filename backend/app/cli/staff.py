"""`./run ops staff …` and `./run ops rotate-jwt-secret`: who may operate, and the secret that says so."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.acting import Address, AsJson, Data, Reason, act, print_json
from app.cli.environment import address_of, settings_of
from app.container import Container
from app.core.key_rotation import rotation
from app.core.security import new_secret
from app.flows.create_staff import StaffMade, create_staff
from app.flows.sign_in_link import issue_sign_in_link
from app.flows.switch_staff import list_staff, switch_staff
from app.services.audit_service import AdminAct

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
Login = Annotated[str, typer.Option(help="how they sign in: an address, or a name")]


@app.callback()
def about() -> None:
    """Operators' accounts."""


@app.command()
def create(  # noqa: PLR0917 – typer's way to name options
    login: Login,
    scope: Annotated[str, typer.Option(help="admin, ops, support; several with commas")],
    reason: Reason,
    link: Annotated[bool, typer.Option("--link", help="no password: print a link that signs them in once")] = False,
    url: Address = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Makes an operator, or gives one that exists what is missing; a second run changes nothing. Audited.

    The password is asked for, or read as one line from stdin; it never stands in the arguments.
    """
    password = None if link else _password()
    scopes = frozenset(scope.replace(",", " ").split())

    async def work(container: Container) -> tuple[StaffMade, str | None]:
        who = _who(reason)
        made = await create_staff(
            container.house,
            container.keys,
            container.passwords,
            who,
            login=login,
            scopes=scopes,
            password=password,
        )
        if not link:
            return made, None
        key = await issue_sign_in_link(container.house, container.keys, login=login, scopes=scopes)
        return made, f"{url or address_of(data)}/console/enter?key={key}"

    made, address = act(data, work)
    if as_json:
        facts = {"login": made.login, "scopes": made.scopes, "is_new": made.is_new, "link": address}
        print_json(facts | {"has_new_password": made.has_new_password})
        return
    done = "made" if made.is_new else "given a new password" if made.has_new_password else "there"
    typer.echo(f"{made.login}: {done}, with {', '.join(made.scopes)}")
    if address:
        typer.echo(address)


@app.command()
def disable(login: Login, reason: Reason, data: Data = None) -> None:
    """Switches an operator off: every sign-in, link and token of theirs ends at once, for good. Audited.

    A second run changes nothing. The last one with the scope admin is refused.
    """
    _switch(login, reason, data, is_active=False)


@app.command()
def enable(login: Login, reason: Reason, data: Data = None) -> None:
    """Lets an operator sign in again, with the password and scopes they had. Audited; a second run changes nothing."""
    _switch(login, reason, data, is_active=True)


@app.command("list")
def show(data: Data = None, as_json: AsJson = False) -> None:
    """Every operator: scopes, on or off, with a password or not."""
    members = act(data, lambda container: list_staff(container.house))
    if as_json:
        print_json(members)
        return
    for member in members:
        state = "on" if member["is_active"] else "off"
        typer.echo(f"{member['login']}: {state}, {', '.join(member['scopes'])}")


def _switch(login: str, reason: str, data: Path | None, *, is_active: bool) -> None:
    async def work(container: Container) -> bool:
        return await switch_staff(container.house, container.keys, _who(reason), login, is_active=is_active)

    has_changed = act(data, work)
    typer.echo(f"{login}: {'on' if is_active else 'off'}{'' if has_changed else ' already, nothing changed'}")


def _who(reason: str) -> AdminAct:
    return AdminAct(f"cli:{getpass.getuser()}", reason, None)


def rotate_jwt_secret(data: Data = None) -> None:
    """Prints what to set so that tokens are signed with a fresh secret and nobody is signed out. Changes nothing."""
    plan = rotation(settings_of(data), new_secret())
    for name, value in plan.values.items():
        typer.echo(f"{name}={value}")
    typer.echo(
        f"1. set these four everywhere and start every process again\n"
        f"2. after {plan.wait_seconds // 60} minutes (a day, if you gave out tokens by `ops token`) remove both"
        f" JWT_PREVIOUS_ settings and start again: from then on the old secret is worth nothing",
        err=True,
    )


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")
