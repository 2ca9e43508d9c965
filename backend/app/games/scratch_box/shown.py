"""What scratch-box shows."""

from app.domain.game_shown import OfferedPrize, Shown, ShownPrize


class OpenedBox(ShownPrize):
    """The picked box and the prize in it."""

    number: int


class Box(Shown):
    """A box of the player's round; its prize once it is open."""

    number: int
    opened: bool
    prize: ShownPrize | None


class BoxPrizeLeft(OfferedPrize):
    """A prize: how many boxes hold it in a full round, and how many still do."""

    count: int
    left: int


class ScratchBoxAnswer(Shown):
    """The picked box, and how many are still shut."""

    box: OpenedBox
    boxes_left: int


class ScratchBoxOffer(Shown):
    """The player's round: its boxes, and the prizes still in them."""

    boxes: list[Box]
    prizes: list[BoxPrizeLeft]
