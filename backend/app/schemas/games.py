"""Games on the wire. What differs by game (segment, game, prize, preview) is of each game's own shapes."""

from datetime import datetime
from typing import Any, Literal, cast

from pydantic import Field, create_model

from app.domain.config_fields import Code
from app.domain.game import Game
from app.schemas.common import RequestBody, Reward, Shape, Timed
from app.schemas.season_pass import StampAnswer


class PlayAnswer(Shape):
    """What a play gave; the game's own part stands beside these fields."""

    result: str = Field(examples=["OK"])
    play_id: str = Field(examples=["019a9f2e-6a10-7cc3-9a51-0d5c8f3b2a11"])
    reward: Reward
    token_type: str
    token_balance: int
    season_pass: StampAnswer | None


class GameStatus(Timed):
    """A game before a play: tickets, limit, prizes. `remaining_…` is null when there is no daily limit."""

    config_id: int
    name: str
    feature_type: str
    token_type: str
    token_balance: int
    cooldown_seconds: int = Field(description="between two plays; 0 = none")
    next_play_at: datetime | None = Field(description="while the cooldown runs")


def named(game: Game) -> str:
    """How the contract's schemas name a game."""
    return type(game).__name__


def play_answer_of(game: Game) -> type[PlayAnswer]:
    """The answer to a play of this game: what every play has, and the game's own part."""
    bases: Any = (game.answer, PlayAnswer)
    made: Any = create_model(f"{named(game)}PlayAnswer", __base__=bases, __doc__=game.answer.__doc__)
    return cast("type[PlayAnswer]", made)


def game_status_of(game: Game) -> type[GameStatus]:
    """The status of this game: what every game has, its plays today under its own word, and its own part."""
    word = game.plays_word
    plays: Any = {
        f"max_daily_{word}": (int, Field(description="for each player and KST day; 0 = no limit")),
        f"today_{word}": (int, ...),
        f"remaining_{word}": (int | None, Field(description="null = no limit")),
    }
    bases: Any = (game.offer, GameStatus)
    made: Any = create_model(f"{named(game)}Status", __base__=bases, __doc__=game.offer.__doc__, **plays)
    return cast("type[GameStatus]", made)


class OddsLine(Reward):
    """One prize: `weight` / `total_weight` is its exact probability now. What is sold out has weight 0."""

    label: str
    weight: int
    total_weight: int
    probability: float
    is_sold_out: bool
    long_run_probability: float | None = Field(
        default=None, description="its share of very many plays, where a guarantee makes it differ"
    )


class GuaranteeTerms(Shape):
    """After `after` plays in a row without any of `prizes`, the next play is drawn among them alone."""

    after: int
    prizes: list[int] = Field(description="ids of prizes (roulette: slots)")


class YourOdds(Shape):
    """The odds of the signed-in player's next play."""

    plays_until_guarantee: int | None = Field(default=None, description="0 = the next play is sure")
    prizes: list[OddsLine]


class Activation(Shape):
    """A version that came into force."""

    config_id: int
    version: int
    valid_from: datetime


class Odds(Timed):
    """The public odds: the version in force, since when, and every version before it.

    `prizes` are those of a player's first play now, stock-outs counted in. `yours` is there for a signed-in player:
    the odds of their next play, which differ where a game remembers (a guarantee, an open round).
    """

    feature_type: str
    config_id: int
    version: int
    valid_from: datetime | None
    prizes: list[OddsLine]
    guarantee: GuaranteeTerms | None = None
    yours: YourOdds | None = None
    history: list[Activation] = Field(description="The newest fifty.")
    has_older_history: bool


class TrialBody(RequestBody):
    """Which ticket is asked for."""

    token_type: Code = Field(examples=["DICE_TOKEN"])


class TrialAnswer(Shape):
    """`SKIP` is no error: the player has tickets, or has had the free ones. `reason` says which."""

    result: Literal["OK", "SKIP"]
    granted: int = Field(examples=[1])
    balance: int = Field(examples=[1])
    token_type: str = Field(examples=["DICE_TOKEN"])
    reason: Literal["NOT_OFFERED", "HAS_TICKETS", "DAY_CAP_REACHED", "WEEK_CAP_REACHED"] | None
