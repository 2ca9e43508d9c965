"""How many connections serve a floor best: tried once, then kept, so that the floor is as high as it gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.row import Sample
from tests.bench.stage import Stage

SHAPES = ((1, 8), (1, 16), (1, 32), (1, 128), (2, 16), (2, 32), (2, 64), (2, 128))  # (processes, connections in all)

Plan = Callable[[int], dict[str, Any]]  # connections → what the floor's program is told, but for the shape


def best_crowd(stage: Stage, module: str, plan: Plan, *, name: str | None = None) -> Sample:
    """One round of the floor in the shape that was best when it was first asked for, by its name."""
    key = f"floor_{name or module}"
    if key not in stage.notes:
        tried = {f"{p} x {c // p}": _round(stage, module, plan, p, c).rate for p, c in SHAPES}
        stage.notes[key] = {"tried": {shape: round(rate) for shape, rate in tried.items()}}
        stage.notes[key]["shape"] = max(tried, key=lambda shape: tried[shape])
    processes, each = map(int, stage.notes[key]["shape"].split(" x "))
    return _round(stage, module, plan, processes, processes * each)


def _round(stage: Stage, module: str, plan: Plan, processes: int, connections: int) -> Sample:
    told = plan(connections)
    told["crowd"] |= {"processes": processes, "threads": connections}
    return stage.floor(module, told)
