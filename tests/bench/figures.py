"""Figures of one round: how many, how long, and how long one of them took. Standard library only."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from typing import TypedDict


class Figures(TypedDict):
    """What every program of the bench prints as its one line of JSON. Milliseconds are of single operations."""

    count: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_seconds: float  # of the measuring program itself, user and system


def figures(latencies: Sequence[float], seconds: float, cpu_seconds: float) -> Figures:
    """The figures of operations that took `latencies` (seconds) and were done within `seconds`."""
    ordered = sorted(latencies)
    return Figures(
        count=len(ordered),
        seconds=seconds,
        p50_ms=percentile(ordered, 50) * 1000,
        p95_ms=percentile(ordered, 95) * 1000,
        p99_ms=percentile(ordered, 99) * 1000,
        cpu_seconds=cpu_seconds,
    )


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest value that at least `percent` of all don't exceed; 0 of nothing."""
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(rank, 1) - 1]


def cpu_seconds() -> float:
    """What this process has used so far, its finished children included."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
