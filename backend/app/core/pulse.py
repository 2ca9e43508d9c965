"""What this process did lately, read off its own counters: how many requests, how slow, how many refused."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client import Counter, Histogram

from app.core.metrics import LATENCY_BUCKETS, REFUSALS, REPLAYS, REQUEST_SECONDS, REQUESTS, STAMPS

WINDOW_SECONDS = 60.0
SLOW_SHARE = 0.95
Labels = tuple[str, ...]
Counts = dict[Labels, float]


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """One route: answers, server errors, and the time that 95 of 100 answers kept below (None: too slow to tell)."""

    route: str
    answers: int
    errors: int
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The last minute, or as far back as anybody looked: `seconds` says which."""

    seconds: float
    answers: int
    errors: int
    stamps: int
    replays: int
    refusals: dict[str, int]
    routes: list[RouteFigures]

    def per_second(self) -> float:
        return self.answers / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class _Moment:
    at: float
    requests: Counts = field(default_factory=dict)
    buckets: Counts = field(default_factory=dict)
    refusals: Counts = field(default_factory=dict)
    replays: float = 0.0
    stamps: float = 0.0


@dataclass(slots=True)
class Pulse:
    """Remembers what the counters said at each look. Nothing runs while nobody looks.

    Made as the process begins, when every counter stands at nothing.
    """

    _moments: deque[_Moment] = field(default_factory=lambda: deque([_Moment(at=time.monotonic())]))

    def feel(self) -> Figures:
        """The figures of the last 60 seconds; of a longer time when nobody had looked that recently."""
        now = _read()
        while len(self._moments) > 1 and self._moments[1].at <= now.at - WINDOW_SECONDS:
            self._moments.popleft()
        before = self._moments[0]
        self._moments.append(now)
        return _between(before, now)


def _read() -> _Moment:
    return _Moment(
        at=time.monotonic(),
        requests=_counts(REQUESTS, "_total", ("route", "status")),
        buckets=_counts(REQUEST_SECONDS, "_bucket", ("route", "le")),
        refusals=_counts(REFUSALS, "_total", ("code",)),
        replays=sum(_counts(REPLAYS, "_total", ("operation",)).values()),
        stamps=sum(_counts(STAMPS, "_total", ()).values()),
    )


def _counts(metric: Counter | Histogram, suffix: str, names: Iterable[str]) -> Counts:
    counts: Counts = {}
    for family in metric.collect():
        for sample in family.samples:
            if sample.name.endswith(suffix):
                labels = tuple(sample.labels[name] for name in names)
                counts[labels] = counts.get(labels, 0.0) + sample.value
    return counts


def _gained(before: Counts, after: Counts) -> dict[Labels, int]:
    return {labels: gain for labels, count in after.items() if (gain := int(count - before.get(labels, 0.0))) > 0}


def _between(before: _Moment, now: _Moment) -> Figures:
    requests, buckets = _gained(before.requests, now.requests), _gained(before.buckets, now.buckets)
    errors = {labels: count for labels, count in requests.items() if labels[1].startswith("5")}
    routes = [_route(name, requests, errors, buckets) for name in {labels[0] for labels in requests}]
    return Figures(
        seconds=now.at - before.at,
        answers=sum(requests.values()),
        errors=sum(errors.values()),
        stamps=int(now.stamps - before.stamps),
        replays=int(now.replays - before.replays),
        refusals={labels[0]: count for labels, count in _gained(before.refusals, now.refusals).items()},
        routes=sorted(routes, key=lambda figures: (-figures.answers, figures.route)),
    )


def _route(
    name: str, requests: dict[Labels, int], errors: dict[Labels, int], buckets: dict[Labels, int]
) -> RouteFigures:
    answers = sum(count for labels, count in requests.items() if labels[0] == name)
    within = {float(edge): count for (route, edge), count in buckets.items() if route == name}
    failed = sum(count for labels, count in errors.items() if labels[0] == name)
    return RouteFigures(name, answers, failed, slow_edge_ms(within, answers))


def slow_edge_ms(within: dict[float, int], answers: int) -> float | None:
    """The time that 95 of 100 answers kept below, read off cumulative buckets; None when it lies past the last edge."""
    wanted, low_edge, low = SLOW_SHARE * answers, 0.0, 0
    for edge in LATENCY_BUCKETS:
        count = within.get(edge, low)
        if count >= wanted:
            share = (wanted - low) / max(1, count - low)
            return (low_edge + (edge - low_edge) * share) * 1000
        low_edge, low = edge, count
    return None
