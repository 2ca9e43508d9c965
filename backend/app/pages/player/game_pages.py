"""Which games have a page. A new game adds a template, a module and a line here; the door stays as it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What a play gave, as the page shows it. `shown` is what the animation needs to end where the server drew."""

    label: str
    reward: dict[str, Any]
    is_win: bool
    is_jackpot: bool = False
    outcome: str | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    coupons: tuple[dict[str, Any], ...] = ()  # the codes that it gave, once they are there

    def with_coupons(self, coupons: Sequence[dict[str, Any]]) -> "Result":
        """The result with the codes that the play won, and what they are called."""
        names = {name: coupons[0][name] for name in ("name", "name_en")} if coupons else {}
        return replace(self, reward=self.reward | names, coupons=tuple(coupons))


@dataclass(frozen=True, slots=True)
class GamePage:
    """A game's page: its template, its script, and how to read its answer (a play's, or the stored prize)."""

    template: str
    script: str
    result: Callable[[Answer], Result]


def roulette_result(answer: Answer) -> Result:
    """The segment that was drawn."""
    segment = answer["segment"]
    return Result(
        label=segment["label"],
        reward=_reward(segment),
        is_win=segment["reward_amount"] > 0,
        is_jackpot=segment.get("is_jackpot", False),
        shown={"slot": segment["slot_index"]},
    )


def dice_result(answer: Answer) -> Result:
    """Two dice against two."""
    game = answer["game"]
    return Result(
        label="",
        reward=_reward(game),
        is_win=game["outcome"] == "WIN",
        outcome=game["outcome"],
        shown={"user_dice": game["user_dice"], "dealer_dice": game["dealer_dice"]},
    )


def lottery_result(answer: Answer) -> Result:
    """The prize under the foil."""
    prize = answer["prize"]
    return Result(
        label=prize["label"],
        reward=_reward(prize),
        is_win=prize["reward_amount"] > 0,
        shown={"label": prize["label"]},
    )


def scratch_box_result(answer: Answer) -> Result:
    """The prize in the picked box."""
    box = answer["box"]
    return Result(
        label=box["label"],
        reward=_reward(box),
        is_win=bool(box.get("reward_amount")),
        shown={"box": box["number"], "label": box["label"], "boxes_left": answer["boxes_left"]},
    )


def _reward(part: Answer) -> dict[str, Any]:
    names = ("reward_type", "reward_amount", "token_type", "code")
    return {name: part[name] for name in names if part.get(name) is not None}


GAME_PAGES: dict[str, GamePage] = {
    "roulette": GamePage("games/roulette.html", "roulette.js", roulette_result),
    "dice": GamePage("games/dice.html", "dice.js", dice_result),
    "lottery": GamePage("games/lottery.html", "lottery.js", lottery_result),
    "scratch-box": GamePage("games/scratch_box.html", "scratch_box.js", scratch_box_result),
}
