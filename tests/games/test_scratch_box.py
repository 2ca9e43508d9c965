"""Scratch-box: each round gives exactly its prizes, in fair order."""

from itertools import permutations
from typing import Any

import pytest

from app.core.errors import AppError
from app.domain.draw import RecordingDraw, ScriptedDraw
from app.domain.game import Memory, Seen, recompute, seen_from
from app.games.scratch_box import SCRATCH_BOX
from app.utils.random_utils import SecureDraw
from tests.statistics import DRAWS, fits

PRIZES = [
    {"id": 1, "label": "눈꽃 상자", "count": 1, "reward_type": "POINT", "reward_amount": 500},
    {"id": 2, "label": "작은 상자", "count": 3, "reward_type": "POINT", "reward_amount": 20},
    {"id": 3, "label": "빈 상자", "count": 2},
]
CONFIG: dict[str, Any] = {"name": "여섯 상자", "boxes": 6, "prizes": PRIZES}


def pick(setup: Any, box: int, memory: Memory, draw: Any = None) -> tuple[int, Memory]:
    outcome = SCRATCH_BOX.decide(setup, Seen(memory, choice={"box": box}), draw or SecureDraw())
    return outcome.view["box"]["id"], outcome.memory


@pytest.mark.parametrize(
    "config",
    [
        {},
        CONFIG | {"boxes": 5},
        CONFIG | {"boxes": 1, "prizes": [PRIZES[0]]},
        CONFIG | {"boxes": 101},
        CONFIG | {"prizes": [*PRIZES[:2], PRIZES[1]]},
        CONFIG | {"prizes": [PRIZES[2] | {"count": 6}]},
        CONFIG | {"prizes": [PRIZES[0] | {"count": 0}, *PRIZES[1:]]},
        CONFIG | {"price": 100},
    ],
)
def test_a_config_that_does_not_fill_every_box_is_refused_with_its_fields(config: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=r"^INVALID_GAME_CONFIG$") as refusal:
        SCRATCH_BOX.parse(config)
    assert all(problem["field"] and problem["reason"] for problem in refusal.value.facts["fields"])


def test_a_round_gives_exactly_its_prizes_and_the_next_one_again() -> None:
    setup, memory = SCRATCH_BOX.parse(CONFIG), None
    for boxes in ((1, 2, 3, 4, 5, 6), (6, 4, 2, 1, 3, 5)):
        got = []
        for box in boxes:
            prize, memory = pick(setup, box, memory)
            got.append(prize)
        assert sorted(got) == [1, 2, 2, 2, 3, 3]


def test_an_open_box_and_one_that_is_not_there_are_refused() -> None:
    setup = SCRATCH_BOX.parse(CONFIG)
    _, memory = pick(setup, 4, None)
    with pytest.raises(AppError, match=r"^CHOICE_NOT_AVAILABLE$"):
        pick(setup, 4, memory)
    with pytest.raises(AppError, match=r"^VALIDATION_ERROR$"):
        pick(setup, 7, memory)


def test_a_version_with_other_prizes_begins_a_fresh_round_and_one_with_other_words_goes_on() -> None:
    _, memory = pick(SCRATCH_BOX.parse(CONFIG), 1, None, ScriptedDraw([0]))
    renamed = SCRATCH_BOX.parse(CONFIG | {"prizes": [PRIZES[0] | {"label": "x"}, *PRIZES[1:]]})
    assert [line.weight for line in SCRATCH_BOX.odds(renamed, Seen(memory))] == [0, 3, 2]
    richer = [PRIZES[0] | {"count": 2}, PRIZES[1] | {"count": 2}, PRIZES[2]]
    other = SCRATCH_BOX.parse(CONFIG | {"prizes": richer})
    assert [line.weight for line in SCRATCH_BOX.odds(other, Seen(memory))] == [2, 2, 2]


def test_100_000_picks_fit_the_odds_of_what_is_left() -> None:
    setup, draw, memory = SCRATCH_BOX.parse(CONFIG), SecureDraw(), None
    first, orders, got = [], [], []
    for turn in range(DRAWS):
        prize, memory = pick(setup, 1 + turn % 6, memory, draw)
        got.append(prize)
        if len(got) == 6:
            first.append(got[0])
            orders.append(tuple(got))
            got = []
    odds = SCRATCH_BOX.odds(setup, Seen())
    assert fits(first, {entry["id"]: line.weight for entry, line in zip(PRIZES, odds, strict=True)})
    assert fits(orders, dict.fromkeys(permutations([1, 2, 2, 2, 3, 3]), 1)), "every order is as likely as any other"


def test_a_pick_can_be_computed_again() -> None:
    setup, memory = SCRATCH_BOX.parse(CONFIG), None
    for turn in range(20):
        seen, recording = Seen(memory, choice={"box": 1 + turn % 6}), RecordingDraw(SecureDraw())
        outcome = SCRATCH_BOX.decide(setup, seen, recording)
        assert recompute(SCRATCH_BOX, setup, seen_from(seen.document(), memory), recording.rolls) == outcome
        memory = outcome.memory
