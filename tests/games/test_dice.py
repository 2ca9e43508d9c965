"""Dice: the sums are compared, and the odds are those of the dice."""

from typing import Any

import pytest

from app.core.errors import AppError
from app.domain.draw import RecordingDraw, ScriptedDraw
from app.domain.game import Seen, recompute
from app.domain.reference import DICE as REFERENCE
from app.games.dice import DICE
from app.utils.random_utils import SecureDraw
from tests.statistics import DRAWS, fits


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"name": "no winning", "lose": {}},
        REFERENCE | {"price_in_won": 500},
        REFERENCE | {"faces": 20},
        REFERENCE | {"cooldown_seconds": -1},
        REFERENCE | {"cooldown_seconds": 86_401},
        REFERENCE | {"trial": {"per_day": 0, "per_week": 1}},
        REFERENCE | {"trial": {"per_day": 1}},
        REFERENCE | {"win": {"reward_type": "CASH", "reward_amount": 1}},
        REFERENCE | {"win": {"reward_type": "POINT", "reward_amount": 1, "won_per_point": 1}},
        REFERENCE | {"win": {"reward_type": "POINT", "reward_amount": 0}},
        REFERENCE | {"win": None},
    ],
)
def test_a_config_that_is_not_sound_is_refused_with_its_fields(config: dict[str, Any]) -> None:
    with pytest.raises(AppError, match=r"^INVALID_DICE_CONFIG$") as refusal:
        DICE.parse(config)
    assert all(problem["field"] and problem["reason"] for problem in refusal.value.facts["fields"])


@pytest.mark.parametrize(
    ("rolls", "outcome", "amount"),
    [([5, 5, 5, 4], "WIN", 100), ([0, 3, 1, 2], "DRAW", 1), ([0, 0, 0, 1], "LOSE", 0)],
)
def test_the_higher_sum_wins_and_pays_what_the_config_says(rolls: list[int], outcome: str, amount: int) -> None:
    result = DICE.decide(DICE.parse(REFERENCE), Seen(), ScriptedDraw(rolls))
    game = result.view["game"]
    assert (game["user_dice"], game["dealer_dice"]) == ([1 + n for n in rolls[:2]], [1 + n for n in rolls[2:]])
    assert (game["user_sum"], game["dealer_sum"]) == (sum(game["user_dice"]), sum(game["dealer_dice"]))
    assert (game["outcome"], game["reward_amount"]) == (outcome, amount)
    assert result.is_win == (outcome == "WIN")
    assert [grant.amount for grant in result.grants] == ([amount] if amount else [])


def test_a_draw_that_pays_names_its_token() -> None:
    game = DICE.decide(DICE.parse(REFERENCE), Seen(), ScriptedDraw([0, 0, 0, 0])).view["game"]
    assert (game["reward_type"], game["token_type"]) == ("TOKEN", "DICE_TOKEN")


def test_the_published_odds_are_counted_throws() -> None:
    odds = DICE.odds(DICE.parse(REFERENCE), Seen())
    assert [(line.label, line.weight, line.total) for line in odds] == [
        ("WIN", 575, 1296), ("DRAW", 146, 1296), ("LOSE", 575, 1296),
    ]  # fmt: skip


def test_100_000_throws_fit_the_published_odds() -> None:
    setup, draw = DICE.parse(REFERENCE), SecureDraw()
    thrown = [DICE.decide(setup, Seen(), draw).view["game"] for _ in range(DRAWS)]
    assert fits((game["outcome"] for game in thrown), {line.label: line.weight for line in DICE.odds(setup, Seen())})
    for die in (0, 1):
        assert fits((game["user_dice"][die] for game in thrown), dict.fromkeys(range(1, 7), 1))
        assert fits((game["dealer_dice"][die] for game in thrown), dict.fromkeys(range(1, 7), 1))


def test_a_throw_can_be_computed_again_from_its_rolls() -> None:
    setup = DICE.parse(REFERENCE)
    for _ in range(100):
        recording = RecordingDraw(SecureDraw())
        outcome = DICE.decide(setup, Seen(), recording)
        assert recompute(DICE, setup, Seen(), recording.rolls) == outcome
