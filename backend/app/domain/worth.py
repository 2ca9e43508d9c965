"""What gifts are worth together in POINT, and from which sum on a second person must let them pass."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.domain.grants import Grant, RewardType

# POINT a unit; operators say what theirs are worth, of a type or a code: REWARD_UNIT_POINTS={"COUPON:COFFEE": 5000}
UNIT_POINTS: dict[str, int] = {
    RewardType.POINT: 1,
    RewardType.TOKEN: 10,
    RewardType.XP: 1,
    RewardType.COUPON: 1_000,
    RewardType.ITEM: 100,
    RewardType.BADGE: 10,
    RewardType.ENTITLEMENT: 100,  # a day
    RewardType.HOST: 1_000,
}


@dataclass(frozen=True, slots=True)
class Approval:
    """How much a player may get from one cause without a second person: `threshold_points`, everything counted."""

    threshold_points: int
    unit_points: Mapping[str, int] = field(default_factory=lambda: UNIT_POINTS)

    def worth(self, grants: Iterable[Grant]) -> int:
        """What these are worth together, in POINT."""
        return sum(grant.amount * self._unit(grant) for grant in grants)

    def waits(self, grants: Iterable[Grant], *, passed: int) -> bool:
        """Whether these wait for a person, after `passed` POINT of the same cause went without one."""
        worth = self.worth(grants)
        return worth > 0 and passed + worth > self.threshold_points

    def _unit(self, grant: Grant) -> int:
        if grant.reward_type is RewardType.NONE:
            return 0
        own = self.unit_points.get(f"{grant.reward_type}:{grant.token_type or grant.code}")
        return self.unit_points[grant.reward_type] if own is None else own
