"""The rule of roulette: one weighted roll over the segments in slot order."""

from collections.abc import Mapping
from typing import Any

from app.domain.config_fields import parse_config
from app.domain.draw import Draw, weighted_index
from app.domain.game import Memory, Outcome, PrizeOdds
from app.games.roulette.config import RouletteSetup, Segment


class Roulette:
    """Six segments, one ROULETTE_COIN a spin."""

    code = "roulette"
    feature_type = "ROULETTE"
    token_type = "ROULETTE_COIN"
    plays_word = "spins"

    def parse(self, document: Mapping[str, Any]) -> RouletteSetup:
        return parse_config(RouletteSetup, document, "INVALID_ROULETTE_CONFIG")

    def decide(self, setup: RouletteSetup, memory: Memory, draw: Draw) -> Outcome:
        segments = in_slot_order(setup)
        segment = segments[weighted_index([s.weight for s in segments], draw)]
        grant = segment.grant()
        return Outcome({"segment": view(segment)}, (grant,) if grant.is_something else (), grant.is_something)

    def preview(self, setup: RouletteSetup) -> dict[str, Any]:
        return {"segments": [view(segment) for segment in in_slot_order(setup)]}

    def odds(self, setup: RouletteSetup) -> list[PrizeOdds]:
        segments = in_slot_order(setup)
        total = sum(segment.weight for segment in segments)
        return [PrizeOdds(s.label, s.weight, total, s.grant()) for s in segments]


def in_slot_order(setup: RouletteSetup) -> list[Segment]:
    return sorted(setup.segments, key=lambda segment: segment.slot_index)


def view(segment: Segment) -> dict[str, Any]:
    return {
        "id": segment.slot_index,
        "slot_index": segment.slot_index,
        "label": segment.label,
        **segment.grant().view(),
        "is_jackpot": segment.is_jackpot,
    }
