"""The rule of scratch-box: each player has rounds of their own; the picked box gives one of the prizes still in it.

Which prize lies in which box is decided when a box is opened. Drawing evenly from the prizes that are left gives every
order of prizes the same probability, as if they had been shuffled into the boxes before the round. A prize that is gone
is left out of the draw, and a round in which nothing else is left ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import AppError, invalid
from app.domain.draw import Draw, weighted_index
from app.domain.game import Game, Memory, Outcome, PrizeOdds, Seen
from app.domain.promises import Problem, covers
from app.games.scratch_box.config import BoxPrize, Pick, ScratchBoxSetup
from app.games.scratch_box.shown import ScratchBoxAnswer, ScratchBoxOffer


@dataclass(frozen=True, slots=True)
class Round:
    """A player's open round: what lies in its boxes still, and which prize each opened box gave."""

    left: Mapping[str, int]
    opened: Mapping[str, int]


class ScratchBox(Game):
    """One of N boxes, one SCRATCH_TICKET a pick."""

    code = "scratch-box"
    feature_type = "SCRATCH_BOX"
    token_type = "SCRATCH_TICKET"
    plays_word = "picks"
    refusals = ("CHOICE_NOT_AVAILABLE", "PRIZES_SOLD_OUT")
    choice = Pick
    setup = ScratchBoxSetup
    answer = ScratchBoxAnswer
    offer = ScratchBoxOffer

    def decide(self, setup: ScratchBoxSetup, seen: Seen, draw: Draw) -> Outcome:
        """The prize of the picked box; raises CHOICE_NOT_AVAILABLE when it is open already.

        Raises PRIZES_SOLD_OUT when every prize is gone.
        """
        box, now = _picked(setup, seen), open_round(setup, seen)
        if str(box) in now.opened:
            raise AppError("CHOICE_NOT_AVAILABLE", opened=sorted(map(int, now.opened)))
        weights = _weights(setup, now.left, seen)
        if not any(weights):
            raise AppError("PRIZES_SOLD_OUT")
        prize = setup.prizes[weighted_index(weights, draw)]
        grant, key = prize.grant(), str(prize.id)
        after = Round({**now.left, key: now.left[key] - 1}, {**now.opened, str(box): prize.id})
        return Outcome(
            view={"box": {"number": box, **view(prize)}, "boxes_left": setup.boxes - len(after.opened)},
            grants=(grant,) if grant.is_something else (),
            is_win=grant.is_something,
            memory={"of": setup.counts, "left": after.left, "opened": after.opened},
            takes=prize.stock_id(prize.id),
        )

    def preview(self, setup: ScratchBoxSetup, seen: Seen) -> dict[str, Any]:
        now = open_round(setup, seen)
        prizes = {str(prize.id): view(prize) for prize in setup.prizes}
        boxes = [{"number": n, "opened": str(n) in now.opened, "prize": prizes.get(str(now.opened.get(str(n))))}
                 for n in range(1, setup.boxes + 1)]  # fmt: skip
        left = [view(prize) | {"count": prize.count, "left": now.left[str(prize.id)],
                "is_sold_out": prize.id in seen.sold_out} for prize in setup.prizes]  # fmt: skip
        return {"boxes": boxes, "prizes": left}

    def odds(self, setup: ScratchBoxSetup, seen: Seen) -> list[PrizeOdds]:
        weights = _weights(setup, open_round(setup, seen).left, seen)
        return [
            PrizeOdds(prize.label, weight, sum(weights), prize.grant(), prize.id in seen.sold_out)
            for prize, weight in zip(setup.prizes, weights, strict=True)
        ]

    def losses(self, before: ScratchBoxSetup, after: ScratchBoxSetup) -> list[Problem]:
        """An open round goes on only with what lies in its boxes; its prizes may give more, not less."""
        if before.counts != after.counts:
            return [("prizes", "open rounds with what is left in their boxes")]
        gives = {prize.id: prize for prize in after.prizes}
        worse = [prize.id for prize in before.prizes if not covers([prize], [gives[prize.id]])]
        return [(f"prizes[id={prize}]", "what a prize in an open round gives") for prize in worse]

    def is_counted_on(self, setup: ScratchBoxSetup, memory: Memory) -> bool:
        return bool(open_round(setup, Seen(memory)).opened)


def open_round(setup: ScratchBoxSetup, seen: Seen) -> Round:
    """The round that goes on. A fresh one begins at first, after the last box, when a version changed what lies in it,

    and when everything in its shut boxes is gone.
    """
    memory = seen.memory
    if memory is None or memory.get("of") != setup.counts or not any(_weights(setup, memory["left"], seen)):
        return Round(setup.counts, {})
    return Round(memory["left"], memory["opened"])


def _weights(setup: ScratchBoxSetup, left: Mapping[str, int], seen: Seen) -> list[int]:
    """How many boxes hold each prize still, in the order in which rolls are read; 0 for what is gone."""
    return [0 if prize.id in seen.sold_out else left[str(prize.id)] for prize in setup.prizes]


def _picked(setup: ScratchBoxSetup, seen: Seen) -> int:
    box = int((seen.choice or {}).get("box", 0))
    if not 1 <= box <= setup.boxes:
        raise invalid(("box", f"one of the boxes 1 to {setup.boxes}"))
    return box


def view(prize: BoxPrize) -> dict[str, Any]:
    return {"id": prize.id, "label": prize.label, **prize.grant().view()}
