"""The committed figures of an earlier run, to see what a change has cost. Only ratios travel between machines."""

from __future__ import annotations

import json
from typing import Any

from tests.architecture.house import ROOT

BASELINE = ROOT / "docs" / "bench-baseline.json"
WORTH_A_LINE = 0.05  # two runs of the same code differ by so much


def baseline_of(document: dict[str, Any]) -> dict[str, Any]:
    """What is committed of a bench's document: the machine, and each row's figures without its rounds."""
    rows = {name: {key: row[key] for key in ("title", "median", "ratio")} for name, row in document["rows"].items()}
    return {"machine": document["machine"], "options": document["options"], "rows": rows}


def changes(document: dict[str, Any]) -> list[str]:
    """A line for each row whose ratio moved since the baseline; none without one."""
    if not BASELINE.exists():
        return []
    before = json.loads(BASELINE.read_text())["rows"]
    lines = [
        f"  {row['title']:<45} {before[name]['ratio']:.2f} → {row['ratio']:.2f} of the floor"
        for name, row in document["rows"].items()
        if row["ratio"] is not None
        and before.get(name, {}).get("ratio") is not None
        and abs(row["ratio"] / before[name]["ratio"] - 1) > WORTH_A_LINE
    ]
    return ["", "since docs/bench-baseline.json:", *lines] if lines else ["", "as docs/bench-baseline.json has it"]
