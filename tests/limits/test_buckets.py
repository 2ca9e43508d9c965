"""The arithmetic of a bucket: a burst at once, then one at a time, and nothing that must be cleaned up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.rate_limits import Buckets, Limit

KIM, LEE = (1, "play"), (2, "play")
TEN = Limit.of(10, 2)


def taken(buckets: Buckets, limit: Limit, *, at: float, tries: int = 100) -> int:
    return sum(buckets.take(KIM, limit, at) == 0 for _ in range(tries))


def test_a_burst_is_let_through_and_then_one_each_interval() -> None:
    buckets = Buckets(10)
    assert taken(buckets, TEN, at=1000.0) == 20
    assert round(buckets.take(KIM, TEN, 1000.0), 6) == 0.1
    assert buckets.take(LEE, TEN, 1000.0) == 0, "another player has a bucket of their own"
    assert taken(buckets, TEN, at=1000.1) == 1
    assert taken(buckets, TEN, at=1001.1) == 10
    assert taken(buckets, TEN, at=2000.0) == 20, "full again, and no fuller"


def test_a_slow_limit_still_lets_one_call_through() -> None:
    slow = Limit.of(0.1, 2)
    assert (slow.burst, slow.window_seconds) == (1, 10)
    buckets = Buckets(20)
    assert taken(buckets, slow, at=50.0) == 1
    assert taken(buckets, slow, at=59.0) == 0
    assert taken(buckets, slow, at=60.0) == 1


def test_whoever_is_not_seen_for_a_while_is_forgotten() -> None:
    buckets = Buckets(10)
    for player in range(1_000):
        buckets.take((player, "play"), TEN, 100.0)
    assert len(buckets) == 1_000
    for at in (111.0, 122.0):
        buckets.take(KIM, TEN, at)
    assert len(buckets) <= 2


def test_what_others_took_counts_and_never_makes_a_bucket_fuller() -> None:
    buckets = Buckets(10)
    assert taken(buckets, TEN, at=100.0, tries=5) == 5
    buckets.drain(KIM, 0.1, 100.0)
    assert taken(buckets, TEN, at=100.0) == 15, "what Redis forgot is not given back"
    buckets.drain(KIM, 60.0, 100.0)
    assert round(buckets.take(KIM, TEN, 100.0), 6) == 8.1, "no debt is longer than the memory"


@given(
    gaps=st.lists(st.floats(0, 1.5), min_size=1, max_size=120),
    per_second=st.sampled_from([0.5, 3, 10, 50]),
    burst_seconds=st.sampled_from([0.5, 2, 5]),
)
def test_over_any_time_no_more_than_the_burst_and_the_rate_are_let_through(
    gaps: list[float], per_second: float, burst_seconds: float
) -> None:
    limit, now, let_through = Limit.of(per_second, burst_seconds), 1000.0, []
    buckets = Buckets(limit.window_seconds + limit.interval_seconds)
    for gap in gaps:
        now += gap
        wait = buckets.take(KIM, limit, now)
        if wait == 0:
            let_through.append(now)
        else:
            assert Buckets(99).take(KIM, limit, now) == 0
            assert wait <= limit.interval_seconds + 1e-6, "whoever waits that long is let through"
    for first, start in enumerate(let_through):
        for last in range(first, len(let_through)):
            allowed = limit.burst + (let_through[last] - start) * per_second
            assert last - first + 1 <= allowed + 1e-6
