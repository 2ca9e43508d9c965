"""What a game of chance is: a folder under `games/` that offers one object of this shape."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from app.domain.config_fields import parse_config
from app.domain.draw import Draw, ScriptedDraw
from app.domain.game_fields import GameFields, Guarantee, NoChoice
from app.domain.game_shown import Shown
from app.domain.grants import Grant
from app.domain.promises import Problem

Memory = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a draw depends on beside the setup and the rolls.

    `memory` is what the player's play before left; `sold_out` are the ids of prizes without a unit left; `choice` is
    what the player chose. The last two are stored with the play, so that it can be computed again.
    """

    memory: Memory = None
    sold_out: frozenset[int] = frozenset()
    choice: Mapping[str, Any] | None = None

    def document(self) -> dict[str, Any] | None:
        """What a play keeps of it; None when there was nothing special to see. `memory` stands in the play before."""
        kept: dict[str, Any] = {}
        if self.sold_out:
            kept["sold_out"] = sorted(self.sold_out)
        if self.choice:
            kept["choice"] = dict(self.choice)
        return kept or None


def seen_from(document: Mapping[str, Any] | None, memory: Memory) -> Seen:
    """What a stored play saw."""
    kept = document or {}
    return Seen(memory, frozenset(kept.get("sold_out", ())), kept.get("choice"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a draw decided. `view` is the game's own part of the answer; it is stored as the prize snapshot.

    `memory` is what the game wants to know of this player at the next play (a count towards a guarantee, say).
    `takes` is the number of the stock that gives a unit away: `PrizeFields.stock_id` of the prize.
    """

    view: dict[str, Any]
    grants: tuple[Grant, ...]
    is_win: bool
    memory: Memory = None
    takes: int | None = None


@dataclass(frozen=True, slots=True)
class PrizeOdds:
    """One line of the public odds: `weight` of `total` is the exact probability now.

    `long_run` is the share over many plays where a guarantee makes it differ.
    """

    label: str
    weight: int
    total: int
    grant: Grant
    is_sold_out: bool = False
    long_run: float | None = None


class Game(ABC):
    """One game. Pure: no database, clock or dice of its own."""

    code: ClassVar[str]
    """Its name in addresses."""
    feature_type: ClassVar[str]
    """Its name in tables, and its switch."""
    token_type: ClassVar[str]
    """What a play costs: one of these."""
    plays_word: ClassVar[str]
    """What its plays are called in its status: `remaining_<plays_word>`."""
    setup: ClassVar[type[GameFields]]
    """What an operator may set."""
    answer: ClassVar[type[Shown]]
    """Its own part of a play's answer: what `Outcome.view` holds."""
    offer: ClassVar[type[Shown]]
    """Its own part of its status: what `preview` shows."""
    invalid_code: ClassVar[str] = "INVALID_GAME_CONFIG"
    """The code of ERRORS for a config that it refuses."""
    refusals: ClassVar[tuple[str, ...]] = ()
    """The codes of ERRORS that only this game raises: the contract names them."""
    choice: ClassVar[type[BaseModel]] = NoChoice
    """The body of a play: what the player may choose. Nothing, unless the game says so."""

    def parse(self, document: Mapping[str, Any]) -> Any:
        """The validated `setup`; raises AppError(invalid_code) listing each bad field."""
        return parse_config(self.setup, document, self.invalid_code)

    @abstractmethod
    def decide(self, setup: Any, seen: Seen, draw: Draw) -> Outcome:
        """The outcome of one play; every number it needs comes from `draw`, all else from `setup` and `seen`.

        May refuse by raising an AppError: then no ticket is spent.
        """

    @abstractmethod
    def preview(self, setup: Any, seen: Seen) -> dict[str, Any]:
        """What the status shows of the prizes before a play."""

    @abstractmethod
    def odds(self, setup: Any, seen: Seen) -> Sequence[PrizeOdds]:
        """Each prize's exact probability at the next play of a player with this `seen`."""

    def guarantee(self, setup: Any) -> Guarantee | None:
        """The guarantee in force, if the game offers one."""
        return None

    def losses(self, before: Any, after: Any) -> list[Problem]:
        """What players who count on something of the setup `before` would lose under `after`, by field."""
        return []

    def is_counted_on(self, setup: Any, memory: Memory) -> bool:
        """True when this player has something under way that `losses` is about."""
        return False


def recompute(game: Game, setup: Any, seen: Seen, rolls: list[int]) -> Outcome:
    """The outcome that these rolls must have given to what was seen: settles a dispute."""
    return game.decide(setup, seen, ScriptedDraw(rolls))


def agrees(outcome: Outcome, *, prize: Any, memory: Any, takes: int | None) -> bool:
    """Whether what was stored of a play is what was computed again."""
    return from_json(to_json(outcome.view)) == prize and outcome.memory == memory and outcome.takes == takes
