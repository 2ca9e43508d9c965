"""`./run demo`: the whole service on this machine, with data, in one command."""

import asyncio
import json
import os
import socket
import sys
import webbrowser
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from app.cli.environment import ADDRESS_FILE, clock_of, demo_settings
from app.cli.example import ExampleHost, seed_example
from app.config.settings import Settings
from app.container import Container
from app.core.auth import ADMIN
from app.core.time_utils import KST, ShiftedClock
from app.db.schema import upgrade_to_head
from app.flows.move_demo_clock import EARLIEST_YEAR, LATEST_YEAR, move_demo_clock
from app.flows.seed_demo import DEMO_PLAYERS, seed_demo_players
from app.flows.seed_reference import seed_reference
from app.flows.sign_in_link import issue_sign_in_link
from app.main import create_app
from app.worker import DEMO_TICK_SECONDS, Worker

FIRST_PORT = 8000
DEMO_OPERATOR = "demo"
DEFAULT_DATA = Path(".demo")


def demo(  # noqa: PLR0917 – each is an option with a name
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="0 = any free port; default: the first free one from 8000")
    ] = None,
    data: Annotated[Path, typer.Option(help="where the demo keeps its data")] = DEFAULT_DATA,
    host: Annotated[ExampleHost | None, typer.Option(help="play this example host; by default in .demo/HOST")] = None,
    database_url: Annotated[str | None, typer.Option(help="another database than SQLite in --data")] = None,
    now: Annotated[str | None, typer.Option(help="start the demo's clock here (ISO 8601, KST unless it says)")] = None,
    browser: Annotated[bool, typer.Option(help="open the player page when there is a display")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON line on stdout when ready")] = False,
) -> None:
    """Starts a seeded demo. DEMO DATA: made-up players, a clock that can be moved."""
    if host is not None and data == DEFAULT_DATA:
        data /= host
    starts_at = None if now is None else _instant(now)
    settings = demo_settings(data, database_url)
    clock = clock_of(data) or ShiftedClock()
    upgrade_to_head(settings.database_url)
    link_key = asyncio.run(_seed(settings, clock, host, starts_at))
    bound = _bind(port)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    (data / ADDRESS_FILE).write_text(f"{url}\n")
    ready = {
        "api": url,
        "player_url": f"{url}/",
        "console_url": f"{url}/console/enter?key={link_key}",
        "data": str(data.resolve()),
    }
    app = create_app(settings, clock=clock)
    _Demo(app, ready, as_json=as_json, opens_browser=browser).run(sockets=[bound])


class _Demo(uvicorn.Server):
    """A server that says where it is once it answers."""

    def __init__(self, app: FastAPI, ready: dict[str, str], *, as_json: bool, opens_browser: bool) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
        self._ready, self._as_json, self._opens_browser = ready, as_json, opens_browser
        self._app = app
        self._worker: Worker | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.started:
            return
        self._worker = Worker(self._app.state.container, tick_seconds=DEMO_TICK_SECONDS)
        await self._worker.start()
        if self._as_json:
            typer.echo(json.dumps(self._ready))
        else:
            _greet(self._ready)
        if self._opens_browser and (os.environ.get("DISPLAY") or sys.platform in {"darwin", "win32"}):
            webbrowser.open(self._ready["player_url"])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._worker is not None:
            await self._worker.stop()
        await super().shutdown(sockets)


def _greet(ready: dict[str, str]) -> None:
    typer.echo(
        f"\n  Dojang demo — DEMO DATA, made-up players\n\n"
        f"  player page   {ready['player_url']}\n"
        f"  console       {ready['console_url']}  (signs you in once)\n"
        f"  the API       {ready['api']}/docs\n\n"
        f"  a player's token:  ./run ops token --data {ready['data']} --sub {DEMO_PLAYERS[0].external_id}\n"
        f"  Ctrl-C stops it; the data stays in {ready['data']}\n"
    )


async def _seed(settings: Settings, clock: ShiftedClock, host: ExampleHost | None, starts_at: datetime | None) -> str:
    """The demo's data; returns the key of a link that signs its operator in once."""
    container = Container(settings, clock=clock)
    try:
        if starts_at is not None:  # kept, so that `ops --data` and the next start have the same clock
            move_demo_clock(container.house, now=starts_at)
        await seed_reference(container.house, with_season=host is None)
        if host is not None:
            await seed_example(settings, clock, host)
        await seed_demo_players(container.house, with_past=True)
        return await issue_sign_in_link(container.house, container.keys, login=DEMO_OPERATOR, scopes=frozenset({ADMIN}))
    finally:
        await container.close()


def _bind(port: int | None) -> socket.socket:
    """A listening socket on the wanted port, any free one (0), or the first free one from 8000."""
    candidates = [port] if port is not None else range(FIRST_PORT, FIRST_PORT + 100)
    for candidate in candidates:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", candidate))
        except OSError:
            sock.close()
            continue
        return sock
    raise typer.BadParameter(f"port {port or FIRST_PORT} is taken; choose another with --port, or 0 for any free one")


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an ISO 8601 instant", param_hint="--now") from None
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        raise typer.BadParameter(f"between the years {EARLIEST_YEAR} and {LATEST_YEAR}", param_hint="--now")
    return instant if instant.tzinfo else instant.replace(tzinfo=KST)
