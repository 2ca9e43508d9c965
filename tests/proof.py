"""`./run test --proof`: writes docs/proof.md from what test runs, mutations and the bench have left in .proof.

  ./run test --slow --junitxml .proof/suite.xml       faults and invariants (several files may lie there)
  ./run test --mutations --out .proof/mutations.json
  ./run bench --out .proof/bench.json
  python -m tests.bench.settlement --players N > .proof/settlement_N.json        (as many N as you like)

A part without a result says "not run".
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.services.reconcile.check import INVARIANTS, OUTSIDE
from app.services.reconcile.checks import ALL_CHECKS
from tests.bench.baseline import BASELINE, baseline_of
from tests.bench.curves import Curve, curves, drawn
from tests.bench.report import machine
from tests.faults.plan import PLAN
from tests.servers import find_program

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE, IMAGES = ROOT / ".proof", ROOT / "docs" / "proof.md", ROOT / "docs" / "images"
# what a person has to say of the figures: what was missed, why, and what would close it
NOTES = ROOT / "tests" / "proof_notes.md"
NOT_RUN = "not run"
VERSIONS = {"MariaDB": ("mariadbd", "--version"), "Redis": ("redis-server", "--version"), "nginx": ("nginx", "-v")}


@dataclass(frozen=True, slots=True)
class Ran:
    """One test that ran. `outcome` is "passed", "failed" or "skipped"."""

    name: str
    outcome: str
    seconds: float
    measured: str = ""


def main() -> int:
    if sys.argv[1:]:
        print(__doc__)
        return 2
    ran = [test for file in sorted(RESULTS.glob("*.xml")) for test in read_junit(file)]
    bench = _json("bench.json")
    found = [] if bench is None else curves(bench, _settlements())
    for curve in found:
        (IMAGES / f"{curve.name}.svg").write_text(drawn(curve))
    PAGE.write_text(page(ran, _json("mutations.json"), bench, found))
    if bench is not None:
        BASELINE.write_text(json.dumps(baseline_of(bench), ensure_ascii=False, indent=1) + "\n")
    print(PAGE.relative_to(ROOT))
    return 0


def read_junit(file: Path) -> list[Ran]:
    """What pytest wrote with --junitxml, under its own names."""
    tests = []
    for case in ET.parse(file).iter("testcase"):
        outcome = "passed"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome = "failed"
        elif case.find("skipped") is not None:
            outcome = "skipped"
        measured = [p.get("value", "") for p in case.iter("property") if p.get("name") == "measured"]
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        tests.append(Ran(name, outcome, float(case.get("time", 0)), ", ".join(measured)))
    return tests


def page(
    ran: Sequence[Ran], mutations: list[dict[str, Any]] | None, bench: dict[str, Any] | None, found: Sequence[Curve]
) -> str:
    """The whole document."""
    parts = [
        "# Proof\n\nWritten by `./run test --proof` from the results of the commands it names; do not edit.",
        _machine(),
        "## Faults\n\n" + _table(("", "fault", "aim", "result", "s"), (_fault(line, ran) for line in PLAN)),
        "## Invariants\n\nEach check found nothing in an honest history, and exactly it fired on its planted violation."
        "\n\n" + _table(("", "promise", "checks of `./run ops reconcile`", "planted"), _invariants(ran)),
        "## Mutations\n\n" + (NOT_RUN if mutations is None else _mutations(mutations)),
        "## Bench\n\n" + (NOT_RUN if bench is None else _bench(bench)),
        "## Cost curves\n\n" + ("\n\n".join(map(_curve, found)) or NOT_RUN),
        "## Settlement\n\n" + _settlement(_settlements()),
        NOTES.read_text().strip() if NOTES.exists() else "",
    ]
    return "\n\n".join(parts) + "\n"


def _machine() -> str:
    facts = [f"{name}: {value}" for name, value in machine().items()]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    lines = [*facts, f"memory: {memory} GB", *(f"{name}: {_version(*how)}" for name, how in VERSIONS.items())]
    return "## Machine\n\n" + "\n".join(f"- {line}" for line in lines)


def _version(program: str, option: str) -> str:
    path = find_program(program)
    if path is None:
        return "none"
    done = subprocess.run([program, option], executable=path, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)
    return found.group() if found else "unknown"


def _fault(line: Any, ran: Sequence[Ran]) -> tuple[str, ...]:
    tests = [test for test in ran if test.name.startswith(line.tests)] if line.tests else []
    result, seconds = _summary(tests)
    measured = "; ".join(sorted({test.measured for test in tests if test.measured}))
    return line.number, line.fault, line.aim, f"{result} {f'({measured})' if measured else ''}".strip(), seconds


def _summary(tests: Sequence[Ran]) -> tuple[str, str]:
    """("12 passed, 1 FAILED", seconds)."""
    counts = {outcome: sum(test.outcome == outcome for test in tests) for outcome in ("passed", "failed", "skipped")}
    said = [f"{n} {'FAILED' if outcome == 'failed' else outcome}" for outcome, n in counts.items() if n]
    return ", ".join(said) or NOT_RUN, f"{sum(test.seconds for test in tests):.0f}" if tests else ""


def _invariants(ran: Sequence[Ran]) -> Iterable[tuple[str, ...]]:
    for number, promise in INVARIANTS.items():
        if number in OUTSIDE:
            suite = [test for test in ran if "/faults/" in test.name]
            yield number, promise, "the fault suite, after each run", _summary(suite)[0]
            continue
        checks = [check for check in ALL_CHECKS if number in check.numbers]
        # the name of a planted violation's test ends with its check
        tests = [test for test in ran for check in checks if test.name.endswith((f"-{check.name}]", f"[{check.name}]"))]
        yield number, promise, "<br>".join(check.name for check in checks), _summary(tests)[0]


def _mutations(verdicts: list[dict[str, Any]]) -> str:
    caught = sum(verdict["is_caught"] for verdict in verdicts)
    rows = ((v["mutation"], "caught" if v["is_caught"] else "**NOT**", f"`{v['by']}`") for v in verdicts)
    return f"{caught} of {len(verdicts)} caught.\n\n" + _table(("mutation", "", "by"), rows)


def _bench(bench: dict[str, Any]) -> str:
    columns = ("", "a second", "p50 ms", "p95 ms", "p99 ms", "÷ floor", "bar", "verdict")
    return _table(columns, (_bench_row(row) for row in bench["rows"].values()))


def _bench_row(row: dict[str, Any]) -> tuple[str, ...]:
    times = [f"{row[name]:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms")]
    ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else ""
    bars = "<br>".join(f"{t['figure']} {t['value']:.3g} ({t['bar']:g})" for t in row["targets"])
    verdicts = "<br>".join(t["verdict"] for t in row["targets"])
    return row["title"], f"{row['median']:,.0f}", *times, ratio, bars, verdicts


def _curve(curve: Curve) -> str:
    rows = ((f"{many:,}", f"{rate:,.0f}") for many, rate in curve.points)
    return f"![{curve.title}](images/{curve.name}.svg)\n\n" + _table((curve.of, "a second"), rows)


def _settlement(runs: Sequence[dict[str, Any]]) -> str:
    """Against a pure INSERT … SELECT of the same rows by the server alone."""
    columns = ("players", "s", "a second", "floor s", "÷ floor", "memory MB")
    rows = (_settled(one) for one in sorted(runs, key=lambda one: one["players"]))
    return _table(columns, rows) if runs else NOT_RUN


def _settled(one: dict[str, Any]) -> tuple[str, ...]:
    memory = f"{min(one['memory_mb']):.0f}–{max(one['memory_mb']):.0f}"
    took, bare = f"{one['seconds']:.1f}", f"{one['floor_seconds']:.1f}"
    return f"{one['players']:,}", took, f"{one['players_per_second']:,}", bare, f"{one['ratio']:.2f}", memory


def _settlements() -> list[dict[str, Any]]:
    return [json.loads(file.read_text()) for file in sorted(RESULTS.glob("settlement_*.json"))]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _json(name: str) -> Any:
    file = RESULTS / name
    return json.loads(file.read_text()) if file.exists() else None


if __name__ == "__main__":
    sys.exit(main())
