"""What a process keeps of the operators' rules, parsed: versions can't change any more."""

from dataclasses import dataclass, field
from typing import Any

from app.domain.bridge import Campaign
from app.domain.goals import Goals
from app.domain.rules import Rule
from app.domain.season import Season

MAX_CACHED = 256


@dataclass(slots=True)
class Definitions:
    """Parsed versions that can't change any more, kept by the process: seasons by (id, version), setups by id,

    rules on host events by the id of their version.
    """

    seasons: dict[tuple[int, int], Season] = field(default_factory=dict)
    setups: dict[int, Any] = field(default_factory=dict)
    bridges: dict[tuple[int, int], Campaign] = field(default_factory=dict)
    goals: dict[int, Goals] = field(default_factory=dict)
    rules: dict[int, Rule] = field(default_factory=dict)


def remember(cache: dict[Any, Any], key: Any, value: Any) -> None:
    """Keeps a value; the oldest goes when the cache is full."""
    if len(cache) >= MAX_CACHED:
        del cache[next(iter(cache))]
    cache[key] = value
