"""What differs between two configs."""

from app.domain.config_diff import Change, diff
from app.domain.reference import LOTTERY, ROULETTE


def test_equal_documents_have_no_difference() -> None:
    assert diff(LOTTERY, LOTTERY) == []


def test_a_changed_field_is_named_by_the_identity_of_its_item() -> None:
    prizes = [LOTTERY["prizes"][0] | {"weight": 7}, *LOTTERY["prizes"][1:]]
    assert diff(LOTTERY, LOTTERY | {"prizes": prizes[::-1]}) == [Change("prizes[id=101].weight", 10, 7)]
    segments = [*ROULETTE["segments"][:5], ROULETTE["segments"][5] | {"label": "x"}]
    assert diff(ROULETTE, ROULETTE | {"segments": segments}) == [
        Change("segments[slot_index=5].label", "5,000 포인트", "x")
    ]


def test_what_was_added_or_taken_out_stands_against_nothing() -> None:
    first, *rest = LOTTERY["prizes"]
    assert diff(LOTTERY, LOTTERY | {"prizes": rest}) == [Change("prizes[id=101]", first, None)]
    assert diff({"a": 1}, {"b": 2}) == [Change("a", 1, None), Change("b", None, 2)]


def test_lists_without_identities_are_compared_in_order() -> None:
    assert diff({"days": [1, 2]}, {"days": [1, 3, 4]}) == [Change("days[1]", 2, 3), Change("days[2]", None, 4)]
    assert diff({"x": []}, {"x": [{"id": 1}]}) == [Change("x[id=1]", None, {"id": 1})]


def test_a_value_that_changes_its_kind_is_one_change() -> None:
    assert diff({"trial": None}, {"trial": {"per_day": 1}}) == [Change("trial", None, {"per_day": 1})]
