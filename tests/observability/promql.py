"""As much of PromQL as our rules and panels use, over two scrapes of our own output. What it can't read is an error."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

TOKEN = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|([a-zA-Z_:][\w:]*)|("[^"]*")|(=~|!=|!~|[-+*/()<>{},=\[\]]))')
RANGE = re.compile(r"\s*(\d+[smhd])\]")
Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else math.nan,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {">": operator.gt, "<": operator.lt, "==": operator.eq}
AGGREGATES: dict[str, Callable[[list[float]], float]] = {"sum": sum, "max": max, "min": min, "count": len}
BETWEEN_SCRAPES_SECONDS = 60.0


class Sample(NamedTuple):
    """One line of the output."""

    name: str
    labels: dict[str, str]
    value: float


def scrape(text: str) -> list[Sample]:
    """The samples of an answer of /metrics."""
    families = text_string_to_metric_families(text)
    return [Sample(s.name, dict(s.labels), s.value) for family in families for s in family.samples]


@dataclass
class Query:
    """An expression; after `on` it also knows which metrics and labels it asked for."""

    text: str
    metrics: set[str] = field(default_factory=set)
    labels: set[tuple[str, str]] = field(default_factory=set)

    def on(self, now: list[Sample], before: list[Sample] | None = None) -> Vector:
        """Its value now; rates are taken since `before`, a minute ago. Without it no counter has moved."""
        self._now, self._before, self._rest = now, before if before is not None else now, self.text
        self._token = ""
        self._next()
        value = self._comparison()
        if self._token:
            raise ValueError(f"{self.text}: what is {self._token!r}?")
        return value if isinstance(value, dict) else {frozenset(): value}

    def _next(self) -> str:
        taken = self._token
        found = TOKEN.match(self._rest)
        if found is None:
            if self._rest.strip():
                raise ValueError(f"{self.text}: can't read {self._rest!r}")
            self._token = ""
        else:
            self._token, self._rest = found[0].strip(), self._rest[found.end() :]
            if self._token == "=" and self._rest.startswith("="):
                self._token, self._rest = "==", self._rest[1:]
        return taken

    def _expect(self, token: str) -> None:
        if self._next() != token:
            raise ValueError(f"{self.text}: expected {token!r}")

    def _comparison(self) -> Vector | float:
        left = self._sum()
        if self._token not in COMPARISONS:
            return left
        compare, right = COMPARISONS[self._next()], self._sum()
        if not isinstance(left, dict) or isinstance(right, dict):
            raise ValueError(f"{self.text}: compares a vector with a number")
        return {labels: value for labels, value in left.items() if compare(value, right)}

    def _sum(self) -> Vector | float:
        left = self._product()
        while self._token in ("+", "-"):
            left = _combine(OPERATORS[self._next()], left, self._product())
        return left

    def _product(self) -> Vector | float:
        left = self._atom()
        while self._token in ("*", "/"):
            left = _combine(OPERATORS[self._next()], left, self._atom())
        return left

    def _atom(self) -> Vector | float:
        token = self._next()
        if token == "(":
            inner = self._comparison()
            self._expect(")")
            return inner
        if token[:1].isdigit():
            return float(token)
        if token in AGGREGATES:
            return self._aggregate(AGGREGATES[token])
        if token in ("rate", "increase"):
            return self._increase(per_second=token == "rate")
        if token == "histogram_quantile":
            return self._quantile()
        return self._select(token, self._now)

    def _vector_in_brackets(self) -> Vector:
        self._expect("(")
        inner = self._comparison()
        self._expect(")")
        if not isinstance(inner, dict):
            raise ValueError(f"{self.text}: expected a vector")
        return inner

    def _aggregate(self, together: Callable[[list[float]], float]) -> Vector:
        kept: set[str] = set()
        if self._token == "by":
            self._next()
            self._expect("(")
            while self._token != ")":
                kept.add(self._next())
                if self._token == ",":
                    self._next()
            self._expect(")")
        asked_before = set(self.metrics)
        inner = self._vector_in_brackets()
        self.labels |= {(metric, name) for metric in self.metrics - asked_before for name in kept}
        groups: dict[Labels, list[float]] = {}
        for labels, value in inner.items():
            if not math.isnan(value):
                groups.setdefault(frozenset(pair for pair in labels if pair[0] in kept), []).append(value)
        return {labels: together(values) for labels, values in groups.items()}

    def _increase(self, *, per_second: bool) -> Vector:
        self._expect("(")
        rest, token = self._rest, self._token
        name = self._next()
        before = self._select(name, self._before)
        self._rest, self._token = rest, token
        self._next()
        now = self._select(name, self._now)
        found = RANGE.match(self._rest)
        if self._token != "[" or found is None:
            raise ValueError(f"{self.text}: a rate needs a range")
        self._rest = self._rest[found.end() :]
        self._next()
        self._expect(")")
        over = BETWEEN_SCRAPES_SECONDS if per_second else 1.0
        return {labels: (value - before.get(labels, 0.0)) / over for labels, value in now.items()}

    def _quantile(self) -> Vector:
        self._expect("(")
        share = float(self._next())
        self._expect(",")
        inner = self._comparison()
        self._expect(")")
        if not isinstance(inner, dict):
            raise ValueError(f"{self.text}: expected buckets")
        series: dict[Labels, list[tuple[float, float]]] = {}
        for labels, value in inner.items():
            edge = next(float(text) for name, text in labels if name == "le")
            series.setdefault(frozenset(p for p in labels if p[0] != "le"), []).append((edge, value))
        return {labels: _edge_of(share, sorted(buckets)) for labels, buckets in series.items() if max(buckets)[1]}

    def _select(self, name: str, samples: list[Sample]) -> Vector:
        self.metrics.add(name)
        tests: list[tuple[str, str, str]] = []
        if self._token == "{":
            self._next()
            while self._token != "}":
                label, how, value = self._next(), self._next(), self._next().strip('"')
                tests.append((label, how, value))
                self.labels.add((name, label))
                if self._token == ",":
                    self._next()
            self._expect("}")
        chosen = [s for s in samples if s.name == name and all(_holds(s.labels.get(t[0], ""), *t[1:]) for t in tests)]
        return {frozenset(sample.labels.items()): sample.value for sample in chosen}


def _holds(value: str, how: str, wanted: str) -> bool:
    if how == "=":
        return value == wanted
    if how == "=~":
        return re.fullmatch(wanted, value) is not None
    raise ValueError(f"{how} is not used here")


def _combine(compute: Callable[[float, float], float], left: Vector | float, right: Vector | float) -> Vector | float:
    if isinstance(left, dict) and isinstance(right, dict):
        return {labels: compute(value, right[labels]) for labels, value in left.items() if labels in right}
    if isinstance(left, dict):
        return {labels: compute(value, float(right)) for labels, value in left.items()}  # type: ignore[arg-type]
    if isinstance(right, dict):
        return {labels: compute(left, value) for labels, value in right.items()}
    return compute(left, right)


def _edge_of(share: float, buckets: list[tuple[float, float]]) -> float:
    """The first edge under which this share of all lies; Prometheus would interpolate below it."""
    return next(edge for edge, count in buckets if count >= share * buckets[-1][1])
