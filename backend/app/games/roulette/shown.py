"""What the roulette shows."""

from app.domain.game_shown import Shown, ShownPrize


class WheelSegment(ShownPrize):
    """One of the six segments. `id` is its slot."""

    slot_index: int
    is_jackpot: bool


class OfferedSegment(WheelSegment):
    """A segment before a play."""

    is_sold_out: bool


class RouletteAnswer(Shown):
    """The segment on which the wheel stops."""

    segment: WheelSegment


class RouletteOffer(Shown):
    """The wheel, in the order of its slots."""

    segments: list[OfferedSegment]
