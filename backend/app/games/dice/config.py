"""What an operator may set on dice: what winning, a draw and losing pay. The odds are those of the dice."""

from app.domain.config_fields import RewardFields
from app.domain.game_fields import GameFields


class DiceSetup(GameFields):
    """What each outcome pays; an outcome that is left out pays nothing."""

    win: RewardFields
    draw: RewardFields = RewardFields()
    lose: RewardFields = RewardFields()
