"""Drawing lots."""

import pytest

from app.core.invariants import InvariantBroken
from app.domain.draw import RecordingDraw, ScriptedDraw, weighted_index
from app.utils.random_utils import SecureDraw
from tests.statistics import chi_square_tail


@pytest.mark.parametrize(("roll", "index"), [(0, 0), (2, 0), (3, 2), (3 + 4, 2), (3 + 5, 3), (9, 3)])
def test_each_roll_belongs_to_exactly_one_item_and_weight_zero_to_none(roll: int, index: int) -> None:
    assert weighted_index([3, 0, 5, 2], ScriptedDraw([roll])) == index


def test_a_million_weights_cost_nothing_because_they_are_walked_not_expanded() -> None:
    assert weighted_index([10**15, 1], ScriptedDraw([10**15])) == 1


def test_nothing_to_win_is_a_bug_not_a_draw() -> None:
    with pytest.raises(InvariantBroken):
        weighted_index([0, 0], ScriptedDraw([0]))


def test_a_recorded_draw_gives_the_same_again() -> None:
    recording = RecordingDraw(SecureDraw())
    drawn = [weighted_index([5, 3, 2], recording) for _ in range(50)]
    again = ScriptedDraw(recording.rolls)
    assert [weighted_index([5, 3, 2], again) for _ in range(50)] == drawn


@pytest.mark.parametrize("rolls", [[], [10], [-1]])
def test_rolls_that_do_not_fit_the_question_are_refused(rolls: list[int]) -> None:
    with pytest.raises(InvariantBroken):
        weighted_index([5, 5], ScriptedDraw(rolls))


def test_the_production_draw_is_fair() -> None:
    draw, bound, draws = SecureDraw(), 6, 60_000
    counts = [0] * bound
    for _ in range(draws):
        counts[draw.below(bound)] += 1
    expected = draws / bound
    statistic = sum((count - expected) ** 2 / expected for count in counts)
    assert chi_square_tail(statistic, bound - 1) > 1e-6
