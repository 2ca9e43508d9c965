"""What is left of the prizes of games: units of stock, and the codes of the coupon pools that prizes are paid from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.game_fields import GameFields
from app.domain.grants import RewardType
from app.domain.records import Reward
from app.domain.stock import EMPTY_SHELF, Shelf
from app.services import Services


@dataclass(frozen=True, slots=True)
class PrizesLeft:
    """Units by feature type, and how many codes of each pool nobody has and no reward waits for."""

    shelves: Mapping[str, Shelf]
    codes: Mapping[str, int]

    def shelf(self, feature_type: str) -> Shelf:
        return self.shelves.get(feature_type, EMPTY_SHELF)

    def sold_out(self, feature_type: str, setup: GameFields, decided: Iterable[Reward] = ()) -> frozenset[int]:
        """The prizes of a game that are gone. `decided`: rewards of this transaction, which take their codes first."""
        codes = self.codes
        if setup.pools:
            codes = dict(codes)
            for reward in decided:
                if reward.grant.reward_type is RewardType.COUPON and reward.grant.code in codes:
                    codes[reward.grant.code] -= reward.grant.amount
        return setup.sold_out(self.shelf(feature_type), codes)


async def prizes_left(
    keepers: Services, setups: Mapping[str, GameFields], now: datetime, *, plays: int = 1, locked: bool = False
) -> PrizesLeft:
    """What is left of the prizes of these games, by feature type; games without limited prizes cost no statement.

    `locked`: until the commit, for as many `plays`. Lock it after the players, last: first the stock, game by game,
    then all pools.
    """
    shelves = {}
    for name, setup in sorted(setups.items()):
        if setup.stock:
            stock = keepers.prize_stock
            shelves[name] = await (stock.lock(name) if locked else stock.look(name))
    wanted: dict[str, int] = {}
    for setup in setups.values():
        for pool, amount in setup.pools.items():
            wanted[pool] = max(wanted.get(pool, 0), amount * plays)
    return PrizesLeft(shelves, await codes_left(keepers, wanted, now, locked=locked))


async def codes_left(
    keepers: Services, wanted: Mapping[str, int], now: datetime, *, locked: bool = False
) -> dict[str, int]:
    """How many codes each pool has left, counted no further than what is wanted; an unknown pool is missing."""
    if not wanted:
        return {}
    coupon = keepers.coupon
    pools = await (coupon.lock(wanted) if locked else coupon.look(wanted))
    waiting = await keepers.reward.coupons_owed(pools)
    left = {}
    for pool, pool_id in pools.items():
        owed = waiting.get(pool, 0)
        left[pool] = await coupon.count_free(pool_id, now, at_most=wanted[pool] + owed) - owed
    return left
