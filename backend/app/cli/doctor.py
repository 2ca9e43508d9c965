"""`./run ops doctor`: everything a start depends on, and what is worth a look beside it."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import typer

from app.cli.acting import AsJson, Data, print_json
from app.cli.environment import clock_of, given_in, settings_of
from app.config.settings import Settings
from app.config.sources import SettingLine, setting_lines
from app.container import open_house
from app.core.startup import Finding, Level
from app.core.time_utils import Clock
from app.db.cache import Cache
from app.flows.look_closer import look_closer
from app.flows.start_up import ALWAYS_NEEDED, examine

# beside the service, in a checkout as in the image
GRANTS = Path(__file__).resolve().parents[3] / "docker" / "mysql-grants.sql"


def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Shows each setting with its source, and examines everything a start depends on. Exit code 1 when something would

    refuse it. Secrets are masked.
    """
    settings = settings_of(data)
    lines = setting_lines(settings, given=given_in(data))
    findings = asyncio.run(_examine(settings, clock_of(data)))
    if as_json:
        print_json({"settings": [asdict(line) for line in lines], "findings": [asdict(found) for found in findings]})
    else:
        _print(lines, findings)
    raise typer.Exit(1 if any(found.level is Level.FAIL for found in findings) else 0)


async def _examine(settings: Settings, clock: Clock | None) -> list[Finding]:
    """What a start would find. Needs no secret to sign with: its absence is a finding."""
    house, cache = open_house(settings, clock=clock), Cache(settings.redis_url)
    try:
        findings = await examine(house)
        if any(found.level is Level.FAIL and found.name in ALWAYS_NEEDED for found in findings):
            return findings  # there is nothing to look at more closely
        grants_sql = GRANTS.read_text() if GRANTS.exists() else None
        return [*findings, *await look_closer(house, cache, grants_sql=grants_sql)]
    finally:
        await house.database.dispose()
        await cache.close()


def _print(settings: list[SettingLine], findings: list[Finding]) -> None:
    for line in settings:
        typer.echo(f"{line.name:<28} {line.source:<12} {line.value}")
    typer.echo()
    for found in findings:
        typer.echo(f"{found.level.value:<5} {found.name:<28} {found.detail}")
