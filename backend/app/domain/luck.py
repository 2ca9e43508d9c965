"""How likely luck alone is."""

import math

# how seldom an honest game may look odd, for each look: a look each ten minutes at 50 prizes raises one in four years
LEAST_CHANCE = 1e-7


def chance_of_so_many(drawn: int, plays: int, share: float) -> float:
    """A bound on how likely it is that so many or more of the plays draw what has this share (Chernoff's)."""
    rate = drawn / plays
    if rate <= share:
        return 1.0
    if share <= 0:
        return 0.0
    rest = (1 - rate) * math.log((1 - rate) / (1 - share)) if rate < 1 else 0.0
    return math.exp(-plays * (rate * math.log(rate / share) + rest))
