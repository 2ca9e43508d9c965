"""Drawing lots: rules ask for numbers, somebody else has the dice."""

from collections.abc import Sequence
from typing import Protocol

from app.core.invariants import require


class Draw(Protocol):
    """A source of fair numbers."""

    def below(self, bound: int) -> int:
        """A uniform integer in 0 <= n < bound."""
        ...


class RecordingDraw:
    """Passes every number on and remembers it: the rolls that are stored with a play."""

    def __init__(self, source: Draw) -> None:
        self._source = source
        self.rolls: list[int] = []

    def below(self, bound: int) -> int:
        roll = self._source.below(bound)
        self.rolls.append(roll)
        return roll


class ScriptedDraw:
    """Gives stored rolls again, in order: recomputes a play, or makes a test certain."""

    def __init__(self, rolls: Sequence[int]) -> None:
        self._rolls = iter(rolls)

    def below(self, bound: int) -> int:
        roll = next(self._rolls, None)
        require(roll is not None and 0 <= roll < bound, "the stored rolls fit the questions of the rule")
        return roll  # type: ignore[return-value]  # require() above has ruled None out


def weighted_index(weights: Sequence[int], draw: Draw) -> int:
    """The index of the drawn item: item i wins with probability weights[i] / sum(weights), exactly.

    One roll. Weight 0 never wins. The weights are walked, never expanded, so their size costs nothing.
    """
    total = sum(weights)
    require(total > 0, "something can be won")
    roll = draw.below(total)
    for index, weight in enumerate(weights):
        if roll < weight:
            return index
        roll -= weight
    raise AssertionError("unreachable: the roll is below the sum of the weights")
