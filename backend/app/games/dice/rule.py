"""The rule of dice: player and dealer roll two dice each; the sums are compared."""

from collections import Counter
from collections.abc import Mapping
from itertools import product
from typing import Any

from app.domain.config_fields import RewardFields, parse_config
from app.domain.draw import Draw
from app.domain.game import Game, Outcome, PrizeOdds, Seen
from app.games.dice.config import DiceSetup

FACES = 6
WIN, DRAW, LOSE = "WIN", "DRAW", "LOSE"
OUTCOMES = (WIN, DRAW, LOSE)


class Dice(Game):
    """Two dice against the dealer's two, one DICE_TOKEN a throw."""

    code = "dice"
    feature_type = "DICE"
    token_type = "DICE_TOKEN"
    plays_word = "plays"
    invalid_code = "INVALID_DICE_CONFIG"

    def parse(self, document: Mapping[str, Any]) -> DiceSetup:
        return parse_config(DiceSetup, document, self.invalid_code)

    def decide(self, setup: DiceSetup, seen: Seen, draw: Draw) -> Outcome:
        user_dice = [1 + draw.below(FACES), 1 + draw.below(FACES)]
        dealer_dice = [1 + draw.below(FACES), 1 + draw.below(FACES)]
        result = outcome_of(sum(user_dice), sum(dealer_dice))
        grant = reward_of(setup, result).grant()
        game = {
            "user_dice": user_dice,
            "dealer_dice": dealer_dice,
            "user_sum": sum(user_dice),
            "dealer_sum": sum(dealer_dice),
            "outcome": result,
            **grant.view(),
        }
        return Outcome({"game": game}, (grant,) if grant.is_something else (), result == WIN)

    def preview(self, setup: DiceSetup, seen: Seen) -> dict[str, Any]:
        rewards = [{"outcome": result, **reward_of(setup, result).grant().view()} for result in OUTCOMES]
        return {"rewards": rewards}

    def odds(self, setup: DiceSetup, seen: Seen) -> list[PrizeOdds]:
        return [PrizeOdds(r, WAYS[r], WAYS.total(), reward_of(setup, r).grant()) for r in OUTCOMES]


def outcome_of(user_sum: int, dealer_sum: int) -> str:
    """Who won, seen from the player."""
    if user_sum == dealer_sum:
        return DRAW
    return WIN if user_sum > dealer_sum else LOSE


def reward_of(setup: DiceSetup, result: str) -> RewardFields:
    return {WIN: setup.win, DRAW: setup.draw, LOSE: setup.lose}[result]


# how many of the 6^4 equally likely throws give each outcome, counted rather than written down
WAYS = Counter(outcome_of(a + b, c + d) for a, b, c, d in product(range(FACES), repeat=4))
