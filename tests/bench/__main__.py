"""`./run bench`: the service against its floors, in one run on this machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.bench.report import document, show
from tests.bench.row import NotComparable, Result, Row, measure
from tests.bench.rows import ROWS
from tests.bench.stage import Stage
from tests.servers import Unavailable


def main() -> int:
    options = _options()
    chosen = _chosen(options)
    if not chosen:
        print(f"no row is called {options.only}; there are: {', '.join(row.name for row in ROWS)}", file=sys.stderr)
        return 2
    rounds, seconds, stamps = (3, 1.0, 3_000) if options.quick else (5, 3.0, 8_000)
    rounds, seconds = options.rounds or rounds, options.seconds or seconds
    results: list[Result] = []
    with Stage(seconds=seconds, stamps=stamps, tell=_tell) as stage:
        for row in chosen:
            try:
                results.append(measure(row, stage, rounds, _tell))
            except (NotComparable, Unavailable) as problem:
                print(f"\n{row.name}: {problem}", file=sys.stderr)
        whole = document(results, stage.notes, {"rounds": rounds, "seconds": seconds, "quick": options.quick})
    _tell("")
    _write(results, whole, options)
    missed = [r.row.name for r in results for t in r.row.targets if t.verdict(r.value(t.figure)) == "miss"]
    return 1 if len(results) < len(chosen) or (options.strict and missed) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three short rounds, without the long rows")
    parser.add_argument("--full", action="store_true", help="the very long rows too")
    parser.add_argument("--only", action="append", metavar="NAME", help="rows whose name begins so; may be repeated")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout, the table on stderr")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the JSON document there")
    parser.add_argument("--rounds", type=int, help="rounds a row (default 5)")
    parser.add_argument("--seconds", type=float, help="seconds a round (default 3)")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a bar is missed")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Row]:
    if options.only:
        return [row for row in ROWS if any(_is_meant(row, name) for name in options.only)]
    return [
        row for row in ROWS if not (row.only_full and options.quick) and not (row.only_on_request and not options.full)
    ]


def _is_meant(row: Row, name: str) -> bool:
    """`plays_1` is that row alone; `stamps` is every row that begins so."""
    return row.name == name if name in {known.name for known in ROWS} else row.name.startswith(name)


def _tell(text: str) -> None:
    """Where it is, on one line of stderr, if anybody looks."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _write(results: list[Result], whole: dict[str, object], options: argparse.Namespace) -> None:
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    if options.out:
        options.out.write_text(text + "\n")
    if options.json:
        print(text)
    show(results, whole, sys.stderr if options.json else sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
