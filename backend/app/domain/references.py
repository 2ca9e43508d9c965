"""What a config document names that stands elsewhere: found by one walk over the document, whatever kind it is.

A field that names something is listed in `NAMING`, or is the `code` of a reward. A test walks every config model and
asserts that each field of text is listed here or known to name nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.grants import RewardType


class Named(StrEnum):
    """What can be named."""

    GAME = "GAME"
    METRIC = "METRIC"  # that is counted: a mission's, a board's, a contest's
    REPORT = "REPORT"  # a metric that a rule reports
    TOKEN = "TOKEN"
    POOL = "POOL"
    BADGE = "BADGE"
    ITEM = "ITEM"
    RESOURCE = "RESOURCE"
    HOST_REWARD = "HOST_REWARD"
    HOST = "HOST"
    PROGRAM = "PROGRAM"
    SEASON = "SEASON"
    MISSION = "MISSION"
    EVENT = "EVENT"  # a host event that something waits for
    KEY_EVENT = "KEY_EVENT"  # the host event whose bridge key a rule gives
    TRACK = "TRACK"  # a premium track that a rule gives or ends


@dataclass(frozen=True, slots=True)
class Reference:
    """One name in a document, and the field where it stands. `amount`: of a coupon, how many codes it takes."""

    kind: Named
    name: str
    field: str
    amount: int = 1


OF_REWARDS = {
    RewardType.COUPON: Named.POOL,
    RewardType.BADGE: Named.BADGE,
    RewardType.ITEM: Named.ITEM,
    RewardType.ENTITLEMENT: Named.RESOURCE,
    RewardType.HOST: Named.HOST_REWARD,
}
# field → what it names in an object
NAMING: dict[str, Callable[[Mapping[str, Any]], Named]] = {
    "games": lambda _: Named.GAME,
    "metric": lambda here: Named.REPORT if here.get("kind") == "COUNT" else Named.METRIC,
    "token_type": lambda _: Named.TOKEN,
    "host": lambda _: Named.HOST,
    "program": lambda _: Named.PROGRAM,
    "season_id": lambda _: Named.SEASON,
    "target_season_id": lambda _: Named.SEASON,
    "requires": lambda _: Named.MISSION,
    "event_types": lambda _: Named.EVENT,
    "host_event_type": lambda here: Named.KEY_EVENT if here.get("kind") == "BRIDGE_KEY" else Named.EVENT,
    "track": lambda _: Named.TRACK,
}
LISTS = frozenset({"games", "requires", "event_types"})


def references_in(document: Any, path: str = "") -> Iterator[Reference]:
    """Every name in a validated document, with its field."""
    if isinstance(document, Mapping):
        yield from _in_object(document, path)
        for name, value in document.items():
            yield from references_in(value, f"{path}{name}.")
    elif isinstance(document, Sequence) and not isinstance(document, str):
        for number, value in enumerate(document):
            yield from references_in(value, f"{path}{number}.")


def _in_object(here: Mapping[str, Any], path: str) -> Iterator[Reference]:
    kind = here.get("reward_type")
    if kind in OF_REWARDS and here.get("code") is not None:
        yield Reference(OF_REWARDS[RewardType(kind)], here["code"], f"{path}code", int(here.get("reward_amount", 1)))
    for name, names in NAMING.items():
        value = here.get(name)
        if value is None:
            continue
        if name in LISTS:
            for number, one in enumerate(value):
                yield Reference(names(here), str(one), f"{path}{name}.{number}")
        else:
            yield Reference(names(here), str(value), f"{path}{name}")
