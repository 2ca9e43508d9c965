"""What was measured, for people and for machines."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table

from tests.bench.baseline import changes
from tests.bench.row import Result, Sample, Target, median_rate, spread_percent

COLUMNS = ("", "median", "± %", "p50 ms", "p95 ms", "p99 ms", "floor", "measured", "bar", "moonshot", "")
FIGURES = {"ratio": "÷ floor", "p95_ms": "p95 ms", "seconds": "s", "statements": "statements"}
STYLES = {"moonshot": "bold green", "ok": "green", "miss": "bold red"}


def show(results: Sequence[Result], document: dict[str, Any], out: TextIO) -> None:
    """The table: with colours on a terminal, plain elsewhere."""
    console = Console(file=out, width=None if out.isatty() else 160, highlight=False)
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for result in results:
        for number, target in enumerate(result.row.targets or [None]):
            table.add_row(*(_measured(result) if number == 0 else [""] * 7), *_judged(result, target))
    console.print(table)
    for line in remarks(results, document):
        console.print(line)


def _measured(result: Result) -> list[str]:
    middle = [f"{statistics.median(getattr(s, name) for s in result.service):.1f}" for name in PERCENTILES]
    floor = f"{median_rate(result.floor):,.0f}" if result.floor else "–"
    rate = median_rate(result.service)
    shown = f"{rate:,.0f}{result.row.unit}" if rate >= 10 else f"{1 / rate:.2f} s"
    return [result.row.title, shown, f"{spread_percent(result.service):.0f}", *middle, floor]


PERCENTILES = ("p50_ms", "p95_ms", "p99_ms")


def _judged(result: Result, target: Target | None) -> list[str]:
    if target is None:
        return ["", "", "", ""]
    value = result.value(target.figure)
    sign = "≤" if target.less_is_better else "≥"
    verdict = target.verdict(value)
    wanted = [f"{sign} {wanted:g}" for wanted in (target.bar, target.moonshot)]
    return [f"{value:.3g} {FIGURES[target.figure]}", *wanted, f"[{STYLES[verdict]}]{verdict}[/]"]


def remarks(results: Sequence[Result], document: dict[str, Any]) -> list[str]:
    """What the table has no column for."""
    lines = ["", "an operation costs (medians), in microseconds of CPU; and statements under this load:"]
    for result in results:
        parts = [f"  {result.row.title:<45} {_cpu(result.service)}"]
        if result.floor:
            parts.append(f"   {result.row.floor_title}: {_cpu(result.floor)}")
        lines.append("".join(parts))
    counted = [result for result in results if result.statements]
    lines += ["", "statements of one command alone:"] if counted else []
    for result in counted:
        kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(result.statements.items()) if kind != "all")
        lines.append(f"  {result.row.title:<45} {result.statements['all']} ({kinds})")
    lines += changes(document)
    machine = document["machine"]
    lines += ["", f"{machine['cores']} cores ({machine['cpu']}), Python {machine['python']}, load {machine['load']}"]
    return lines


def _cpu(samples: Sequence[Sample]) -> str:
    names = samples[0].cpu_us
    cpu = ", ".join(f"{name} {statistics.median(s.cpu_us[name] for s in samples):,.0f}" for name in names)
    statements = statistics.median(sample.statements for sample in samples)
    return f"{cpu}; {statements:.2g} statements" if statements else cpu


def document(results: Sequence[Result], notes: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """Everything, as one JSON document."""
    return {
        "machine": machine(),
        "options": options,
        "notes": notes,
        "rows": {result.row.name: _row(result) for result in results},
    }


def _row(result: Result) -> dict[str, Any]:
    return {
        "title": result.row.title,
        "median": median_rate(result.service),
        "spread_percent": spread_percent(result.service),
        **{name: statistics.median(getattr(s, name) for s in result.service) for name in PERCENTILES},
        "floor": {"title": result.row.floor_title, "median": median_rate(result.floor)} if result.floor else None,
        "ratio": result.value("ratio") if result.floor else None,
        "statements": result.statements or None,
        "targets": [
            {
                "figure": target.figure,
                "value": result.value(target.figure),
                "bar": target.bar,
                "moonshot": target.moonshot,
                "verdict": target.verdict(result.value(target.figure)),
            }
            for target in result.row.targets
        ],
        "rounds": {"service": [_sample(s) for s in result.service], "floor": [_sample(s) for s in result.floor]},
    }


def _sample(sample: Sample) -> dict[str, Any]:
    plain = {name: getattr(sample, name) for name in ("rate", "count", *PERCENTILES)}
    return plain | {"cpu_us": sample.cpu_us, "statements": sample.statements}


def machine() -> dict[str, Any]:
    """Where it was measured: absolute figures mean nothing without it."""
    cpu = "unknown CPU"
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
            cpu = names[0] if names else cpu
    return {
        "cores": os.cpu_count(),
        "cpu": cpu,
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }
