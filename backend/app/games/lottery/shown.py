"""What the lottery shows."""

from app.domain.game_shown import OfferedPrize, Shown, ShownPrize


class LotteryAnswer(Shown):
    """The drawn prize."""

    prize: ShownPrize


class LotteryOffer(Shown):
    """Every prize in the draw."""

    prize_preview: list[OfferedPrize]
