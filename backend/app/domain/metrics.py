"""What can be counted: the service's own metrics, in capitals, and those that hosts report, in small letters."""

from collections.abc import Collection, Iterable
from typing import Annotated

from pydantic import StringConstraints

PLAY, WIN = "PLAY", "WIN"
STAMP, LEVEL_UP, CLAIM = "STAMP", "LEVEL_UP", "CLAIM"
XP, POINT = "XP", "POINT"
PRESENCE, MISSION = "PRESENCE", "MISSION"
PLAIN = frozenset({PLAY, WIN, STAMP, LEVEL_UP, CLAIM, XP, POINT, PRESENCE, MISSION})
# these come once a KST day, however often they are reported
ONCE_A_DAY = frozenset({PRESENCE})

MetricName = Annotated[
    str, StringConstraints(pattern=r"^([A-Z][A-Z0-9_]*(\.[A-Z0-9_]+)?|[a-z][a-z0-9._-]*)$", max_length=100)
]


def of_game(metric: str, feature_type: str) -> str:
    """The metric of one game alone: `PLAY.ROULETTE`."""
    return f"{metric}.{feature_type}"


def is_own(metric: str) -> bool:
    """True for a metric that the service counts by itself."""
    return metric[0].isupper()


def is_known(metric: str, games: Collection[str]) -> bool:
    """True when somebody can report it: any host's metric, and of our own those that exist."""
    return not is_own(metric) or metric in PLAIN or metric in of_games(games)


def of_games(games: Iterable[str]) -> set[str]:
    """The metrics of single games."""
    return {of_game(metric, game) for metric in (PLAY, WIN) for game in games}
