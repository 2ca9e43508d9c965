"""One command being decided."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.invariants import InvariantBroken
from app.domain.event_names import EventType, Topic
from app.domain.player import PlayerState
from app.domain.records import Announcement, Changes, Event
from app.domain.season import Season
from app.domain.worth import Approval
from app.utils.random_utils import new_id


@dataclass(frozen=True, slots=True)
class Count:
    """So much of a metric (domain/metrics), at an instant whose KST day it counts for."""

    metric: str
    amount: int
    at: datetime


@dataclass(slots=True)
class Decision:
    """The player it concerns, the moment it is decided at, the season that counts, and where its records go.

    `now` is aware; `today` is its KST day. `requested_by` is the operator who gives the command, if one does: never the
    one to approve what comes of it. A decision checks everything before its first record, so that a refusal
    leaves nothing behind.
    """

    player: PlayerState
    changes: Changes
    now: datetime
    today: date
    season: Season | None
    approval: Approval
    request_id: str | None
    requested_by: str | None = None
    # what was done and is still to be counted for missions; None = this command counts for none
    counts: list[Count] | None = None
    # POINT of the same cause that went without a second person, here and before
    passed: int = 0

    @property
    def known_season(self) -> Season:
        """The season, where the caller has made sure that there is one."""
        if self.season is None:
            raise InvariantBroken("a season step runs only where a season runs")
        return self.season

    def count(self, metric: str, amount: int = 1, *, at: datetime | None = None) -> None:
        """Notes that something was done (at another instant than now, maybe), to be counted by `settle_counts`."""
        if self.counts is not None:
            self.counts.append(Count(metric, amount, at or self.now))

    def log(self, event_type: EventType, feature_type: str | None, reference: str | None, **facts: Any) -> None:
        """Notes what the player did or got in user_event_log."""
        self.changes.events.append(
            Event(self.player.id, event_type, feature_type, reference, facts, self.request_id, self.now)
        )

    def announce(self, topic: Topic, **payload: Any) -> None:
        """Queues something that hosts and the live stream must hear of after the commit."""
        self.changes.announcements.append(Announcement(new_id(self.now), topic, self.player.id, payload, self.now))
