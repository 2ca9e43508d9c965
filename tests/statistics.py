"""The chi-square tail in fifteen lines: SciPy would be 100 MB for one function."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping

DRAWS = 100_000
# one honest run in a million is refused: with a few hundred runs a day, about one in ten years
LEAST_TAIL = 1e-6
MAX_TERMS = 10_000


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability of a chi-square value at least this large: the regularised upper gamma Q(k/2, x/2)."""
    a, x = freedom / 2, statistic / 2
    if x <= 0:
        return 1.0
    # lower series P(a, x) = x^a e^-x / gamma(a+1) * sum x^n / ((a+1)...(a+n)); all terms positive, so it is stable
    term = total = 1.0
    for n in range(1, MAX_TERMS):
        term *= x / (a + n)
        total += term
        if term < total * 1e-16:
            break
    return max(0.0, 1.0 - total * math.exp(a * math.log(x) - x - math.lgamma(a + 1)))


def fits(drawn: Iterable[Hashable], weights: Mapping[Hashable, float]) -> bool:
    """Whether draws fit the published weights. What has weight 0 must never be drawn."""
    counts = Counter(drawn)
    if any(weights.get(key, 0) == 0 for key in counts):
        return False
    total, draws = sum(weights.values()), counts.total()
    expected = {key: weight / total * draws for key, weight in weights.items() if weight}
    statistic = sum((counts[key] - want) ** 2 / want for key, want in expected.items())
    return chi_square_tail(statistic, len(expected) - 1) > LEAST_TAIL
