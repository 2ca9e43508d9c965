"""Which service a command acts on: the demo in `--data`, else the configured environment."""

import os
from pathlib import Path

import typer

from app.config.loading import load_settings
from app.config.settings import Settings
from app.core.security import new_secret
from app.core.time_utils import ShiftedClock

SETTINGS_FILE = "settings.env"
OFFSET_FILE = "clock_offset_seconds"
ADDRESS_FILE = "address"
USUAL_ADDRESS = "http://127.0.0.1:8000"


def demo_settings(data: Path, database_url: str | None) -> Settings:
    """The demo's settings, kept in its folder (readable by its owner alone) so that `ops --data` can act on it."""
    data.mkdir(parents=True, exist_ok=True)
    file = data / SETTINGS_FILE
    url = database_url or f"sqlite+aiosqlite:///{(data / 'dojang.db').resolve()}"
    secret = given_in(data)["jwt_secret"] if file.exists() else new_secret()
    lines = {"ENV": "demo", "DATABASE_URL": url, "JWT_SECRET": secret, "DEMO_DATA": str(data.resolve())}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(f"{name}={value}\n" for name, value in lines.items())
    return settings_of(data)


def settings_of(data: Path | None) -> Settings:
    """The settings of the demo in `data`, or of the environment when there is none."""
    return load_settings(given_in(data))


def address_of(data: Path | None) -> str:
    """Where the demo in `data` answered last; where a service answers as a rule when there is none."""
    file = None if data is None else data / ADDRESS_FILE
    return _text(file).strip() if file is not None and file.exists() else USUAL_ADDRESS


def given_in(data: Path | None) -> dict[str, str]:
    """The settings that the demo in `data` brings itself, by name; none where there is no demo."""
    if data is None:
        return {}
    file = data / SETTINGS_FILE
    if not file.exists():
        raise typer.BadParameter(f"there is no demo in {data}: start one with ./run demo --data {data}")
    lines = [line.partition("=") for line in _text(file).splitlines()]
    if not lines or not all(name and equals for name, equals, _ in lines):
        raise typer.BadParameter(_damaged(file))
    return {name.lower(): value for name, _, value in lines}


def clock_of(data: Path | None) -> ShiftedClock | None:
    """The clock of the demo in `data`, where it was moved to; None where there is none, which is the machine's own."""
    file = None if data is None else data / OFFSET_FILE
    if file is None or not file.exists():
        return None
    try:
        clock = ShiftedClock(float(_text(file)))
        clock.now()  # an offset may lead past the last year that there is
    except (ValueError, OverflowError):
        raise typer.BadParameter(_damaged(file)) from None
    return clock


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise typer.BadParameter(_damaged(file)) from None


def _damaged(file: Path) -> str:
    return f"{file} is damaged: delete the folder {file.parent} and start a new demo"
