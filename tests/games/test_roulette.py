"""Roulette: the config that is accepted, and the odds that are kept."""

from typing import Any

import pytest

from app.core.errors import AppError
from app.domain.draw import RecordingDraw, ScriptedDraw
from app.domain.game import Seen, recompute
from app.domain.reference import ROULETTE as REFERENCE
from app.games.roulette import ROULETTE
from app.utils.random_utils import SecureDraw
from tests.statistics import DRAWS, fits


def changed(**segment_changes: Any) -> dict[str, Any]:
    """The reference config with the first segment changed."""
    first, *rest = REFERENCE["segments"]
    return REFERENCE | {"segments": [first | segment_changes, *rest]}


@pytest.mark.parametrize(
    "config",
    [
        {},
        REFERENCE | {"segments": REFERENCE["segments"][:5]},
        REFERENCE | {"segments": [*REFERENCE["segments"], REFERENCE["segments"][0]]},
        REFERENCE | {"segments": [segment | {"weight": 0} for segment in REFERENCE["segments"]]},
        REFERENCE | {"price_in_won": 500},
        REFERENCE | {"max_daily": -1},
        changed(slot_index=1),
        changed(slot_index=6),
        changed(weight=-1),
        changed(weight=1.5),
        changed(weight="10"),
        changed(weight=10**10),
        changed(weight=True),
        changed(reward_type="MONEY"),
        changed(reward_amount=0),
        changed(reward_amount=-5),
        changed(reward_type="TOKEN"),
        changed(token_type="ROULETTE_COIN"),
        changed(reward_type="ITEM"),
        changed(label=""),
        changed(label="x" * 101),
    ],
)
def test_a_config_that_is_no_whole_fair_wheel_is_refused_with_its_fields(config: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=r"^INVALID_ROULETTE_CONFIG$") as refusal:
        ROULETTE.parse(config)
    assert all(problem["field"] and problem["reason"] for problem in refusal.value.facts["fields"])


def test_the_wheel_is_drawn_in_slot_order_whatever_order_it_was_written_in() -> None:
    setup = ROULETTE.parse(REFERENCE | {"segments": REFERENCE["segments"][::-1]})
    assert [segment["slot_index"] for segment in ROULETTE.preview(setup, Seen())["segments"]] == [0, 1, 2, 3, 4, 5]
    assert ROULETTE.decide(setup, Seen(), ScriptedDraw([0])).view["segment"]["slot_index"] == 0


def test_weight_zero_is_shown_but_never_wins() -> None:
    setup = ROULETTE.parse(changed(weight=0))
    outcome = ROULETTE.decide(setup, Seen(), ScriptedDraw([0]))
    assert outcome.view["segment"]["slot_index"] == 1
    assert ROULETTE.odds(setup, Seen())[0].weight == 0


def test_the_published_odds_are_weight_over_sum() -> None:
    odds = ROULETTE.odds(ROULETTE.parse(REFERENCE), Seen())
    assert [(line.weight, line.total) for line in odds] == [(s["weight"], 10_000) for s in REFERENCE["segments"]]


def test_100_000_draws_fit_the_published_odds() -> None:
    setup, draw = ROULETTE.parse(REFERENCE), SecureDraw()
    won = (ROULETTE.decide(setup, Seen(), draw).view["segment"]["slot_index"] for _ in range(DRAWS))
    assert fits(won, {slot: line.weight for slot, line in enumerate(ROULETTE.odds(setup, Seen()))})


@pytest.mark.parametrize(
    "guarantee",
    [
        {"after": 0, "prizes": [5]},
        {"after": 9, "prizes": []},
        {"after": 9, "prizes": [5, 5]},
        {"after": 9, "prizes": [6]},
        {"after": 9},
    ],
)
def test_a_guarantee_that_can_not_be_kept_is_refused(guarantee: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=r"^INVALID_ROULETTE_CONFIG$"):
        ROULETTE.parse(REFERENCE | {"guarantee": guarantee})
    with pytest.raises(AppError, match=r"^INVALID_ROULETTE_CONFIG$"):
        ROULETTE.parse(changed(weight=0) | {"guarantee": {"after": 9, "prizes": [0]}})


def test_after_nine_dry_spins_the_tenth_gives_a_guaranteed_segment_by_weight() -> None:
    setup = ROULETTE.parse(REFERENCE | {"guarantee": {"after": 9, "prizes": [4, 5]}})
    memory = None
    for dry in range(1, 10):
        outcome = ROULETTE.decide(setup, Seen(memory), ScriptedDraw([0]))
        assert outcome.memory == {"dry": dry}
        memory = outcome.memory
    assert [line.weight for line in ROULETTE.odds(setup, Seen(memory))] == [0, 0, 0, 0, 450, 50]
    sure = ROULETTE.decide(setup, Seen(memory), ScriptedDraw([449]))
    assert (sure.view["segment"]["slot_index"], sure.memory) == (4, {"dry": 0})


def test_a_play_can_be_computed_again_from_its_rolls() -> None:
    setup = ROULETTE.parse(REFERENCE)
    for _ in range(100):
        recording = RecordingDraw(SecureDraw())
        outcome = ROULETTE.decide(setup, Seen(), recording)
        assert recompute(ROULETTE, setup, Seen(), recording.rolls) == outcome
