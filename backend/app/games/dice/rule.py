"""The rule of dice: player and dealer roll two dice each; the sums are compared."""

from collections import Counter
from itertools import product
from typing import Any

from app.core.errors import AppError
from app.domain.draw import Draw
from app.domain.game import Game, Outcome, PrizeOdds, Seen
from app.games.dice.config import DiceSetup
from app.games.dice.shown import DiceAnswer, DiceOffer

FACES = 6
WIN, DRAW, LOSE = "WIN", "DRAW", "LOSE"
OUTCOMES = (WIN, DRAW, LOSE)  # in the order of `DiceSetup.all_prizes`


class Dice(Game):
    """Two dice against the dealer's two, one DICE_TOKEN a throw."""

    code = "dice"
    feature_type = "DICE"
    token_type = "DICE_TOKEN"
    plays_word = "plays"
    invalid_code = "INVALID_DICE_CONFIG"
    refusals = ("PRIZES_SOLD_OUT",)
    setup = DiceSetup
    answer = DiceAnswer
    offer = DiceOffer

    def decide(self, setup: DiceSetup, seen: Seen, draw: Draw) -> Outcome:
        """One throw; raises PRIZES_SOLD_OUT while an outcome can't be paid: no throw can leave it out and stay fair."""
        if seen.sold_out:
            raise AppError("PRIZES_SOLD_OUT")
        user_dice = [1 + draw.below(FACES), 1 + draw.below(FACES)]
        dealer_dice = [1 + draw.below(FACES), 1 + draw.below(FACES)]
        result = outcome_of(sum(user_dice), sum(dealer_dice))
        drawn_as = OUTCOMES.index(result)
        prize = setup.all_prizes[drawn_as]
        grant = prize.grant()
        game = {
            "user_dice": user_dice,
            "dealer_dice": dealer_dice,
            "user_sum": sum(user_dice),
            "dealer_sum": sum(dealer_dice),
            "outcome": result,
            **grant.view(),
        }
        grants = (grant,) if grant.is_something else ()
        return Outcome({"game": game}, grants, result == WIN, takes=prize.stock_id(drawn_as))

    def preview(self, setup: DiceSetup, seen: Seen) -> dict[str, Any]:
        rewards = [
            {"outcome": OUTCOMES[n], **prize.grant().view(), "is_sold_out": n in seen.sold_out}
            for n, prize in setup.all_prizes.items()
        ]
        return {"rewards": rewards}

    def odds(self, setup: DiceSetup, seen: Seen) -> list[PrizeOdds]:
        """Those of the dice; all 0 while an outcome can't be paid."""
        ways = Counter() if seen.sold_out else WAYS
        return [
            PrizeOdds(OUTCOMES[n], ways[OUTCOMES[n]], ways.total(), prize.grant(), n in seen.sold_out)
            for n, prize in setup.all_prizes.items()
        ]


def outcome_of(user_sum: int, dealer_sum: int) -> str:
    """Who won, seen from the player."""
    if user_sum == dealer_sum:
        return DRAW
    return WIN if user_sum > dealer_sum else LOSE


# how many of the 6^4 equally likely throws give each outcome, counted rather than written down
WAYS = Counter(outcome_of(a + b, c + d) for a, b, c, d in product(range(FACES), repeat=4))
