"""Weighted prizes with stock and guarantee: one rule for every game that draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.config_fields import RewardFields
from app.domain.draw import Draw, weighted_index
from app.domain.game import Memory, Seen
from app.domain.game_fields import Guarantee
from app.domain.promises import Problem, broken, covers

DRY = "dry"  # plays in a row without a guaranteed prize


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which prize was drawn, and what to remember of it."""

    index: int
    memory: Memory


@dataclass(frozen=True, slots=True)
class Pool:
    """The prizes of one draw: (id, weight) in the order in which rolls are read, and the guarantee in force."""

    prizes: Sequence[tuple[int, int]]
    guarantee: Guarantee | None = None

    def weights(self, seen: Seen) -> list[int]:
        """The weights in force for this player now: 0 for what is sold out, and for the rest when a guarantee is due.

        When every guaranteed prize is sold out the draw is an ordinary one and the guarantee stays due.
        """
        left = [0 if prize in seen.sold_out else weight for prize, weight in self.prizes]
        if self.guarantee is None or plays_until_guarantee(self.guarantee, seen.memory) > 0:
            return left
        sure = [w if prize in self.guarantee.prizes else 0 for (prize, _), w in zip(self.prizes, left, strict=True)]
        return sure if sum(sure) else left

    def draw(self, seen: Seen, draw: Draw) -> Drawn | None:
        """One prize by one roll; None, without a roll, when nothing is left in the draw."""
        weights = self.weights(seen)
        if not any(weights):
            return None
        index = weighted_index(weights, draw)
        return Drawn(index, self._memory_after(self.prizes[index][0], seen.memory))

    def _memory_after(self, prize: int, memory: Memory) -> Memory:
        """The count towards the guarantee. A version without one ends the count: later versions start at 0."""
        if self.guarantee is None:
            return None
        return {DRY: 0 if prize in self.guarantee.prizes else _dry(memory) + 1}

    def long_run(self, seen: Seen) -> list[float | None]:
        """Each prize's share of very many plays with the guarantee, as things stand; None without a guarantee.

        A cycle ends with a guaranteed prize. With q = the probability of none of them in an ordinary play it takes
        1 + q + q² + … + q^after plays on average, so they win 1 / that many of all plays, and the others the rest, each
        group shared out by weight.
        """
        left = self.weights(Seen(sold_out=seen.sold_out))
        total = sum(left)
        if self.guarantee is None or total == 0:
            return [None] * len(left)
        is_sure = [prize in self.guarantee.prizes for prize, _ in self.prizes]
        sure_total = sum(w for w, sure in zip(left, is_sure, strict=True) if sure)
        if sure_total == 0:
            return [w / total for w in left]
        q = (total - sure_total) / total
        plays = self.guarantee.after + 1 if q == 1 else (1 - q ** (self.guarantee.after + 1)) / (1 - q)
        return [
            w / sure_total / plays if sure else w / (total - sure_total) * (1 - 1 / plays) if w else 0.0
            for w, sure in zip(left, is_sure, strict=True)
        ]


def guarantee_losses(
    before: Guarantee | None,
    after: Guarantee | None,
    given_before: Mapping[int, RewardFields],
    given_after: Mapping[int, RewardFields],
) -> list[Problem]:
    """What players who count towards a guarantee would lose with another one."""
    if before is None:
        return []
    if after is None:
        return [("guarantee", "the guarantee that players count towards")]
    worse = [
        prize
        for prize in after.prizes
        if prize in given_before and not covers([given_before[prize]], [given_after[prize]])
    ]
    problems = broken("guarantee", before, after, at="guarantee.")
    return problems + [(f"prizes[id={prize}]", "what a guaranteed prize gives") for prize in worse]


def is_under_way(guarantee: Guarantee | None, memory: Memory) -> bool:
    """True when a player has counted towards the guarantee."""
    return guarantee is not None and _dry(memory) > 0


def plays_until_guarantee(guarantee: Guarantee, memory: Memory) -> int:
    """How many more plays without a guaranteed prize it takes until the next one is sure; 0 = it is due."""
    return max(0, guarantee.after - _dry(memory))


def _dry(memory: Memory) -> int:
    count: Any = (memory or {}).get(DRY, 0)
    return int(count)
