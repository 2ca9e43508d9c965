"""The figures of a process: what changed since the last looks, and how slow the slow ones were."""

import time

import pytest

from app.core.metrics import LATENCY_BUCKETS, REFUSALS, REQUEST_SECONDS, REQUESTS
from app.core.pulse import WINDOW_SECONDS, Figures, Pulse, slow_edge_ms


def test_only_what_happened_in_the_last_minute_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    pulse = Pulse()
    REQUESTS.labels("GET", "/pulse/a", 200).inc(5)
    assert _answers(pulse.feel()) == 5, "a process begins with nothing"
    now += WINDOW_SECONDS
    for status in (200, 200, 503):
        REQUESTS.labels("GET", "/pulse/a", status).inc()
        REQUEST_SECONDS.labels("GET", "/pulse/a").observe(0.004)
    REFUSALS.labels("PULSE_TEST").inc(2)
    figures = pulse.feel()
    route = next(one for one in figures.routes if one.route == "/pulse/a")
    assert (route.answers, route.errors, figures.refusals["PULSE_TEST"]) == (3, 1, 2)
    assert route.p95_ms is not None and route.p95_ms <= 5
    assert pulse.feel().refusals["PULSE_TEST"] == 2, "a second look within the minute still sees it"


def _answers(figures: Figures) -> int:
    return sum(route.answers for route in figures.routes if route.route == "/pulse/a")


@pytest.mark.parametrize(
    ("within", "answers", "expected"),
    [
        ({0.005: 100, 0.01: 100}, 100, 4.75),
        ({0.005: 0, 0.01: 50, 0.02: 100}, 100, 19.0),
        (dict.fromkeys(LATENCY_BUCKETS, 90), 100, None),
        ({}, 0, 0.0),
    ],
)
def test_95_of_100_are_read_off_the_buckets(within: dict[float, int], answers: int, expected: float | None) -> None:
    found = slow_edge_ms(within, answers)
    assert found == (None if expected is None else pytest.approx(expected))
