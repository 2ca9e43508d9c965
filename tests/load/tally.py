"""What happened during a run: how many, how fast, and everything that should not have happened."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.bench.figures import percentile

MOST_EXAMPLES = 20  # of unexpected things; all are counted


@dataclass(slots=True)
class Tally:
    """Latencies by route, answers by (route, status or code), and what was unexpected."""

    seconds: dict[str, array[float]] = field(default_factory=lambda: defaultdict(lambda: array("d")))
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    unexpected: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def note(self, route: str, outcome: str, seconds: float) -> None:
        self.seconds[route].append(seconds)
        self.answers[route, outcome] += 1

    def blame(self, route: str, what: str) -> None:
        """Something that a service that works never does."""
        self.unexpected[route] += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(f"{route}: {what}")

    @property
    def requests(self) -> int:
        return sum(len(of_route) for of_route in self.seconds.values())

    def view(self, run_seconds: float) -> dict[str, Any]:
        """Everything as one document."""
        return {
            "requests": self.requests,
            "requests_per_second": round(self.requests / run_seconds, 1),
            "unexpected": sum(self.unexpected.values()),
            "examples": self.examples,
            "routes": {route: self._route(route) for route in sorted(self.seconds)},
        }

    def _route(self, route: str) -> dict[str, Any]:
        ordered = sorted(self.seconds[route])
        shown = {f"p{p}_ms": round(percentile(ordered, p) * 1000, 1) for p in (50, 95, 99)}
        answers = {outcome: count for (of, outcome), count in sorted(self.answers.items()) if of == route}
        return {
            "count": len(ordered),
            **shown,
            "max_ms": round(ordered[-1] * 1000, 1),
            "answers": answers,
            "unexpected": self.unexpected[route],
        }
