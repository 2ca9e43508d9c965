"""The tests' own statistics are tested against published values (NIST/SEMATECH table of critical values)."""

import pytest

from tests.statistics import chi_square_tail


@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [
        (3.841, 1, 0.05),
        (11.070, 5, 0.05),
        (15.086, 5, 0.01),
        (20.515, 5, 0.001),
        (18.307, 10, 0.05),
        (124.342, 100, 0.05),
    ],
)
def test_published_critical_values_come_out(statistic: float, freedom: int, tail: float) -> None:
    assert chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=2e-3)
