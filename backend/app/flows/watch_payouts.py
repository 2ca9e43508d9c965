"""Whether games pay what their odds say: prizes that came far too often among the newest plays. Writes nothing."""

import math
from dataclasses import dataclass

from app.domain.game import Game
from app.domain.grants import RewardType
from app.flows.game_report import game_report
from app.games import GAMES
from app.services import House

FEWEST_PLAYS = 100
# how seldom an honest game may look so, for each look: a look each ten minutes for a year at 50 prizes raises one
LEAST_CHANCE = 1e-7


@dataclass(frozen=True, slots=True)
class Surprise:
    """A prize that came `drawn` times in `plays` plays, where its odds let `expected` be expected."""

    game: str
    label: str
    plays: int
    drawn: int
    expected: float


async def watch_payouts(house: House) -> list[Surprise]:
    """Every prize of a version in force that came so often that its odds hardly explain it."""
    return [found for game in GAMES.values() for found in await _look(house, game)]


async def _look(house: House, game: Game) -> list[Surprise]:
    report = await game_report(house, game, after=None, limit=1)
    if report.plays < FEWEST_PLAYS:
        return []
    return [
        Surprise(game.code, line.label, report.plays, line.drawn, round(line.most_share * report.plays, 1))
        for line in report.lines
        if line.reward.get("reward_type") not in (None, RewardType.NONE)
        and not line.is_sold_out
        and chance_of_so_many(line.drawn, report.plays, line.most_share) < LEAST_CHANCE
    ]


def chance_of_so_many(drawn: int, plays: int, share: float) -> float:
    """A bound on how likely it is that so many or more of the plays draw what has this share (Chernoff's)."""
    rate = drawn / plays
    if rate <= share:
        return 1.0
    if share <= 0:
        return 0.0
    rest = (1 - rate) * math.log((1 - rate) / (1 - share)) if rate < 1 else 0.0
    return math.exp(-plays * (rate * math.log(rate / share) + rest))
