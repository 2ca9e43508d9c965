"""What an operator may set on dice: what winning, a draw and losing pay. The odds are those of the dice."""

from collections.abc import Mapping

from app.domain.game_fields import GameFields, PlacedPrize, PrizeFields


class DiceSetup(GameFields):
    """What each outcome pays; an outcome that is left out pays nothing."""

    win: PlacedPrize
    draw: PlacedPrize = PlacedPrize()
    lose: PlacedPrize = PlacedPrize()

    @property
    def all_prizes(self) -> Mapping[int, PrizeFields]:
        """Win is drawn as 0, a draw as 1, losing as 2."""
        return dict(enumerate((self.win, self.draw, self.lose)))
