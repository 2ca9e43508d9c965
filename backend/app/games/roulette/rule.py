"""The rule of roulette: one weighted roll over the segments in slot order."""

from typing import Any

from app.core.errors import AppError
from app.domain.config_fields import RewardFields
from app.domain.draw import Draw
from app.domain.game import Game, Memory, Outcome, PrizeOdds, Seen
from app.domain.game_fields import Guarantee
from app.domain.promises import Problem
from app.domain.weighted import guarantee_losses, is_under_way
from app.games.roulette.config import RouletteSetup, Segment
from app.games.roulette.shown import RouletteAnswer, RouletteOffer


class Roulette(Game):
    """Six segments, one ROULETTE_COIN a spin."""

    code = "roulette"
    feature_type = "ROULETTE"
    token_type = "ROULETTE_COIN"
    plays_word = "spins"
    invalid_code = "INVALID_ROULETTE_CONFIG"
    refusals = ("PRIZES_SOLD_OUT",)
    setup = RouletteSetup
    answer = RouletteAnswer
    offer = RouletteOffer

    def decide(self, setup: RouletteSetup, seen: Seen, draw: Draw) -> Outcome:
        """One segment; raises PRIZES_SOLD_OUT when nothing is left in the draw."""
        drawn = setup.pool.draw(seen, draw)
        if drawn is None:
            raise AppError("PRIZES_SOLD_OUT")
        segment = setup.in_slot_order[drawn.index]
        grant = segment.grant()
        grants = (grant,) if grant.is_something else ()
        takes = segment.stock_id(segment.slot_index)
        return Outcome({"segment": view(segment)}, grants, grant.is_something, drawn.memory, takes)

    def preview(self, setup: RouletteSetup, seen: Seen) -> dict[str, Any]:
        gone = seen.sold_out
        return {"segments": [view(one) | {"is_sold_out": one.slot_index in gone} for one in setup.in_slot_order]}

    def odds(self, setup: RouletteSetup, seen: Seen) -> list[PrizeOdds]:
        weights, long_run = setup.pool.weights(seen), setup.pool.long_run(seen)
        return [
            PrizeOdds(s.label, weight, sum(weights), s.grant(), s.slot_index in seen.sold_out, share)
            for s, weight, share in zip(setup.in_slot_order, weights, long_run, strict=True)
        ]

    def guarantee(self, setup: RouletteSetup) -> Guarantee | None:
        return setup.guarantee

    def losses(self, before: RouletteSetup, after: RouletteSetup) -> list[Problem]:
        return guarantee_losses(before.guarantee, after.guarantee, _by_id(before), _by_id(after))

    def is_counted_on(self, setup: RouletteSetup, memory: Memory) -> bool:
        return is_under_way(setup.guarantee, memory)


def _by_id(setup: RouletteSetup) -> dict[int, RewardFields]:
    return {segment.slot_index: segment for segment in setup.segments}


def view(segment: Segment) -> dict[str, Any]:
    return {
        "id": segment.slot_index,
        "slot_index": segment.slot_index,
        "label": segment.label,
        **segment.grant().view(),
        "is_jackpot": segment.is_jackpot,
    }
