"""What a reward was caused by, read off its operation id: the one place that knows which documents a cause is made of.

Who wrote one of those documents does not approve what it gives (`StoredReward.require_second_person`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# what an operation id begins with → what the operators' log calls the document that its second part names
DOCUMENTS: dict[str, str] = {
    "SEASON": "season",
    "MISSION": "mission",
    "BOARD": "leaderboard",
    "TEAM": "contest",
    "BRIDGE": "bridge",
    "INBOX": "mailing",
    "RULE": "rule",
    "STAMP": "season",
}
# a play names its game, a trial ticket its token, a code its campaign: another row says which document that is
LOOKED_UP = frozenset({"PLAY", "TRIAL", "CODE"})
# no document stands behind these: the person is in `requested_by`, or it was there before the first operator
NO_DOCUMENT = frozenset({"ADMIN", "SEED", "MERGE"})
# goals are reached by what is counted, and hosts' metrics are counted by rules
COUNTED = frozenset({"MISSION", "BOARD", "TEAM"})
TOKEN_AT = 1  # behind the player in `TRIAL:<player>:<token>:<day>:<number>`
# acts that only take something away cause nothing; else nobody could approve after an emergency
TAKES_AWAY = ("_RETIRED", "_RESTED", "_WITHDRAWN", "_VOIDED", "_DISABLED", "_REVOKED", "_MARKED", "_ENDED")


@dataclass(frozen=True, slots=True)
class Cause:
    """The kind and the name that an operation id begins with: `MISSION:DAILY:7:D2025-12-10` is MISSION, DAILY."""

    kind: str
    name: str

    @property
    def document(self) -> str | None:
        """The document's name in the operators' log; None for what is looked up or has none."""
        return f"{DOCUMENTS[self.kind]}:{self.name}" if self.kind in DOCUMENTS else None


@dataclass(frozen=True, slots=True)
class Hand:
    """An act on a document, as the operators' log holds it."""

    document: str
    actor: str
    action: str
    after: Any
    at: datetime


def cause_of(operation_id: str) -> Cause:
    """The cause that an operation id tells; of a kind that no code makes, one without a document."""
    kind, _, rest = operation_id.partition(":")
    if kind == "CODE":  # a code may hold any sign
        return Cause(kind, rest)
    parts = rest.partition("#")[0].split(":")
    return Cause(kind, ":".join(parts[TOKEN_AT : TOKEN_AT + 1]) if kind == "TRIAL" else parts[0])


def authors(hands: Iterable[Hand], *, versions: Collection[int], until: datetime) -> frozenset[str]:
    """Everybody who had a hand in these documents until then; of games only in the versions that were played."""
    return frozenset(
        hand.actor
        for hand in hands
        if hand.at <= until
        and not hand.actor.startswith("system:")  # the service itself approves nothing
        and not hand.action.endswith(TAKES_AWAY)
        and _is_played(hand, versions)
    )


def _is_played(hand: Hand, versions: Collection[int]) -> bool:
    """Whether an act on a game is about a version that was played, or about stock, which every version shares."""
    version = hand.after.get("id") if hand.document.startswith("game:") and isinstance(hand.after, dict) else None
    return not versions or version is None or version in versions
