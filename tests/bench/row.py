"""A row of the bench: something that is measured, the floor it stands on, and what is expected of it.

To add one: a function that gives a Row, listed in `rows.py`. `run` and `floor` do one round each and are called in
turn, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.figures import Figures

if TYPE_CHECKING:
    from tests.bench.stage import Stage


class NotComparable(Exception):
    """A round went wrong (refused requests, a process that ended): its figures mean nothing. One line says what."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One round."""

    rate: float  # operations a second; of a row that measures a duration, 1 / seconds
    p50_ms: float
    p95_ms: float
    p99_ms: float
    count: int
    cpu_us: dict[str, float] = field(default_factory=dict)  # microseconds of CPU an operation, by process
    statements: float = 0.0  # that the database got for an operation; below 1 where many share a transaction

    @classmethod
    def of(cls, figures: Figures, *, statements: int = 0, **cpu_seconds: float) -> Sample:
        count = figures["count"]
        if not count:
            raise NotComparable("nothing was done within the round")
        cpu = {"client": figures["cpu_seconds"], **cpu_seconds}
        return cls(
            rate=count / figures["seconds"],
            p50_ms=figures["p50_ms"],
            p95_ms=figures["p95_ms"],
            p99_ms=figures["p99_ms"],
            count=count,
            cpu_us={name: seconds / count * 1e6 for name, seconds in cpu.items()},
            statements=statements / count,
        )


Round = Callable[["Stage"], Sample]


@dataclass(frozen=True, slots=True)
class Target:
    """What one figure of a row must reach (bar) and should reach (moonshot)."""

    figure: str  # "ratio", "p95_ms", "seconds" or "statements"
    bar: float
    moonshot: float
    less_is_better: bool = False

    def verdict(self, value: float) -> str:
        """`moonshot`, `ok` or `miss`."""
        if self._reaches(value, self.moonshot):
            return "moonshot"
        return "ok" if self._reaches(value, self.bar) else "miss"

    def _reaches(self, value: float, wanted: float) -> bool:
        return value <= wanted if self.less_is_better else value >= wanted


def ratio(bar: float, moonshot: float) -> Target:
    """The service's median ÷ the floor's median."""
    return Target("ratio", bar, moonshot)


def p95_ms(bar: float, moonshot: float) -> Target:
    return Target("p95_ms", bar, moonshot, less_is_better=True)


def seconds(bar: float, moonshot: float) -> Target:
    """Of a row whose operation is done once a round."""
    return Target("seconds", bar, moonshot, less_is_better=True)


def statements(bar: int, moonshot: int) -> Target:
    """Of one command alone, its commit not counted; as the server counts them."""
    return Target("statements", bar, moonshot, less_is_better=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, or several: one for each target."""

    name: str  # for --only, and the key in the JSON
    title: str
    run: Round
    floor: Round | None = None
    floor_title: str = ""
    targets: Sequence[Target] = ()
    statements: Callable[[Stage], dict[str, int]] | None = None  # of one command, by kind; "all" but the commit
    unit: str = "/s"
    only_full: bool = False  # takes long: not in a --quick run
    only_on_request: bool = False  # takes very long: only with --full, or by name


@dataclass(frozen=True, slots=True)
class Result:
    """A measured row."""

    row: Row
    service: Sequence[Sample]
    floor: Sequence[Sample]
    statements: dict[str, int]

    def value(self, figure: str) -> float:
        """The figure that a target speaks of, as the median of the rounds."""
        if figure == "ratio":
            return median_rate(self.service) / median_rate(self.floor)
        if figure == "statements":
            return self.statements["all"]
        if figure == "seconds":
            return 1 / median_rate(self.service)
        return float(statistics.median(getattr(sample, figure) for sample in self.service))


def median_rate(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.rate for sample in samples)


def spread_percent(samples: Sequence[Sample]) -> float:
    """Half the distance between the best and the worst round, in percent of the median."""
    rates = [sample.rate for sample in samples]
    return (max(rates) - min(rates)) / 2 / statistics.median(rates) * 100


def measure(row: Row, stage: Stage, rounds: int, tell: Callable[[str], None]) -> Result:
    """Warms both up, then measures them in turn."""
    for warm_up in (row.run, row.floor):
        if warm_up is not None:
            warm_up(stage)
    service, floor = [], []
    for number in range(1, rounds + 1):
        tell(f"{row.title}: round {number} of {rounds}")
        service.append(row.run(stage))
        if row.floor is not None:
            floor.append(row.floor(stage))
    counted = row.statements(stage) if row.statements is not None else {}
    return Result(row, service, floor, counted)
