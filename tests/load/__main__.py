"""Mixed traffic through the public API: `python -m tests.load --api URL --players 200 --seconds 60`.

Every player knows what each answer must say, so a wrong balance, a changed replay or a second stamp is an error like a
5xx. What was acknowledged is written to a file; `--verify` then asks the service for all of it. The exit code is 1 when
anything was unexpected or is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.load.acknowledgements import Book
from tests.load.people import People, by_exchange, by_secret, give_tickets
from tests.load.player import Player
from tests.load.tally import Tally
from tests.load.verify import missing
from tests.load.wire import Wire


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """Signs everybody in, lets them play, and tells what came of it."""
    people = await _people(options)
    report: dict[str, Any] = {"acknowledgements": str(options.acks)}
    if not options.verify_only:
        await give_tickets(options.api, people, options.tickets)
        report |= await _traffic(options, people)
    if options.verify or options.verify_only:
        report["missing"] = await missing(options.api, options.acks, people.players)
    return report


async def _people(options: argparse.Namespace) -> People:
    names = [f"{options.prefix}-{number}" for number in range(options.players)]
    if options.token_secret_from is not None:
        return await by_secret(options.token_secret_from, names)
    return await by_exchange(options.api, options.api_key, names, options.admin_token)


async def _traffic(options: argparse.Namespace, people: People) -> dict[str, Any]:
    tally = Tally()
    started = time.perf_counter()
    with Book(options.acks) as book:
        players = [
            Player(name, Wire(options.api, token), Wire(options.api, token), tally, book)
            for name, token in people.players.items()
        ]
        until = asyncio.get_running_loop().time() + options.seconds
        await asyncio.gather(*(player.live(until, pause_seconds=options.pause) for player in players))
        for player in players:
            player.close()
    took = time.perf_counter() - started
    return {"seconds": round(took, 1), "players": len(players), "acknowledged": book.count, **tally.view(took)}


def show(report: dict[str, Any]) -> None:
    """The report for people."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    table = Table("route", "count", "p50 ms", "p95 ms", "p99 ms", "max ms", "answers", "unexpected", box=None)
    for route, line in report.get("routes", {}).items():
        answers = ", ".join(f"{count} {outcome}" for outcome, count in line["answers"].items())
        figures = [f"{line[name]}" for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms")]
        table.add_row(route, str(line["count"]), *figures, answers, str(line["unexpected"]))
    if "routes" in report:
        console.print(table)
        console.print(
            f"{report['players']} players, {report['seconds']} s, {report['requests']} requests"
            f" ({report['requests_per_second']}/s), {report['acknowledged']} acknowledged,"
            f" {report['unexpected']} unexpected"
        )
    for line in [*report.get("examples", []), *report.get("missing", [])[:20]]:
        console.print(f"  {line}", markup=False)
    if "missing" in report:
        console.print(f"{len(report['missing'])} acknowledgements missing")


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--api", required=True, help="the service's address, http://HOST:PORT")
    parser.add_argument("--players", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--pause", type=float, default=0.2, help="mean seconds between a player's requests (default 0.2)"
    )
    parser.add_argument("--tickets", type=int, default=1_000, help="granted to each player first (needs an operator)")
    parser.add_argument("--prefix", default=f"load-{random.randrange(16**6):06x}", help="of the players' names")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--token-secret-from", type=Path, metavar="DIR", help="the data folder of a demo")
    source.add_argument("--api-key", help="of a host: players are signed in by exchange")
    parser.add_argument("--admin-token", help="with --api-key: who grants the tickets")
    default_acks = Path(tempfile.gettempdir()) / "dojang-acknowledged.jsonl"
    parser.add_argument("--acks", type=Path, default=default_acks, help="where acknowledgements are written (appended)")
    parser.add_argument("--verify", action="store_true", help="then ask for everything that was acknowledged")
    parser.add_argument("--verify-only", action="store_true", help="no traffic: only ask (same --prefix and --players)")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser.parse_args(arguments)


def main() -> int:
    options = options_of(sys.argv[1:])
    report = asyncio.run(run(options))
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        show(report)
    return 1 if report.get("unexpected") or report.get("missing") else 0


if __name__ == "__main__":
    sys.exit(main())
