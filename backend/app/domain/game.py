"""What a game of chance is: a folder under `games/` that offers one object of this shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.draw import Draw, ScriptedDraw
from app.domain.grants import Grant

Memory = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a draw decided. `view` is the game's own part of the answer; it is stored as the prize snapshot.

    `memory` is what the game wants to know of this player at the next play (a count towards a guarantee, say).
    """

    view: dict[str, Any]
    grants: tuple[Grant, ...]
    is_win: bool
    memory: Memory = None


@dataclass(frozen=True, slots=True)
class PrizeOdds:
    """One line of the public odds: `weight` of `total` is the exact probability now."""

    label: str
    weight: int
    total: int
    grant: Grant


class GameSetup(Protocol):
    """A game's validated config: immutable, one per stored version."""

    @property
    def name(self) -> str: ...

    @property
    def max_daily(self) -> int:
        """Plays per KST day and player; 0 = unlimited."""
        ...


class Game(Protocol):
    """One game. Pure: no database, clock or dice of its own."""

    code: str
    feature_type: str
    token_type: str
    plays_word: str

    def parse(self, document: Mapping[str, Any]) -> Any:
        """The validated setup; raises AppError INVALID_<GAME>_CONFIG listing each bad field."""
        ...

    def decide(self, setup: Any, memory: Memory, draw: Draw) -> Outcome:
        """The outcome of one play; every number it needs comes from `draw`, every history from `memory`."""
        ...

    def preview(self, setup: Any) -> dict[str, Any]:
        """What the status shows of the prizes before a play."""
        ...

    def odds(self, setup: Any) -> list[PrizeOdds]:
        """Each prize's exact probability now."""
        ...


def recompute(game: Game, setup: Any, memory: Memory, rolls: list[int]) -> Outcome:
    """The outcome that these rolls must have given after that memory: settles a dispute."""
    return game.decide(setup, memory, ScriptedDraw(rolls))
