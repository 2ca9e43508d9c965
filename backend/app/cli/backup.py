"""`./run ops backup DIR` and `./run ops restore DIR`: the database in a folder, with checksums."""

import re
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import make_url

from app.cli.acting import Data
from app.cli.environment import settings_of
from app.config.settings import Settings
from app.core.time_utils import SystemClock, kst_text
from app.db.copies import CopyRefused, Manifest, back_up_sqlite, restore_sqlite
from app.db.schema import HEAD
from app.db.server_copies import Server, back_up_server, copy_binlogs, restore_server

Folder = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="one folder for each backup")]
# as mariadb-binlog reads it
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def backup(
    folder: Folder,
    binlogs: Annotated[bool, typer.Option("--binlogs", help="bring DIR's copy of the binlog up to now")] = False,
    data: Data = None,
) -> None:
    """Copies the database as of one moment into DIR, while the service goes on. Not during a migration."""
    settings = settings_of(data)
    made_at = kst_text(SystemClock().now())

    def work() -> Manifest:
        if settings.is_sqlite:
            if binlogs:
                raise CopyRefused("SQLite has no binlog: make a new backup")
            return back_up_sqlite(_file_of(settings), folder, made_at=made_at)
        server = Server(settings.database_url)
        return copy_binlogs(server, folder) if binlogs else back_up_server(server, folder, made_at=made_at)

    manifest = work()
    at = f", binlog {manifest.position.file} from {manifest.position.offset}" if manifest.position else ""
    typer.echo(f"{folder}: {manifest.server}, schema {manifest.schema}{at}, {len(manifest.files)} files")
    if manifest.position is None and not settings.is_sqlite:
        typer.echo("the server keeps no binlog: what comes after this moment could not be brought back", err=True)


def restore(
    folder: Folder,
    binlogs: Annotated[
        Path | None, typer.Option("--binlogs", exists=True, file_okay=False, help="the server's binlogs that survived")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="replay to this moment, in the server's zone: YYYY-MM-DD HH:MM:SS")
    ] = None,
    data: Data = None,
) -> None:
    """Brings a backup back: checks it, fills an empty database, and replays the binlog. Then run `ops reconcile`."""
    settings = settings_of(data)
    if until is not None and not MOMENT.fullmatch(until):
        raise typer.BadParameter("a moment is written YYYY-MM-DD HH:MM:SS", param_hint="--until")

    def work() -> list[str]:
        if not settings.is_sqlite:
            return restore_server(Server(settings.database_url), folder, binlogs=binlogs, until=until)
        if binlogs or until:
            raise CopyRefused("a backup of SQLite is one moment: it has no binlog to replay")
        restore_sqlite(folder, _file_of(settings))
        return []

    replayed = work()
    typer.echo(f"restored{f', and replayed {len(replayed)} binlogs from {replayed[0]} on' if replayed else ''}")
    typer.echo(f"next: `ops migrate` if the backup is older than {HEAD}, then `ops reconcile`")


def _file_of(settings: Settings) -> Path:
    return Path(str(make_url(settings.database_url).database))
