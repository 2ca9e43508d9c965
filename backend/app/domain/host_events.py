"""Events that a host product sends, as rules see them. Every day, week and hour is that of the event itself, in KST."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import StringConstraints
from pydantic_core import from_json, to_json

from app.core.errors import AppError
from app.core.time_utils import KST, kst_date

# a host's clock may run ahead of ours by this much
MAX_AHEAD = timedelta(minutes=5)
MAX_EVENTS = 1_000  # of one call
# of one event's data as JSON: a thousand of the largest would still be 8 MB, the usual ones are 200 bytes
MAX_DATA_BYTES = 8_192

FieldPath = Annotated[
    str, StringConstraints(pattern=r"^(source|subject|type|day|week|weekday|hour|data(\.[A-Za-z0-9_-]{1,50}){1,5})$")
]


@dataclass(frozen=True, slots=True)
class HostEvent:
    """One sound event. `key` is our own id of it: unique for ever, made before anything is stored.

    A host's `(source, id)` is unique for that host only. `data_text` is `data` as JSON. `is_timed` False: the host
    named no time, so `time` is when it came.
    """

    key: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: Mapping[str, Any]
    data_text: str
    is_timed: bool = True
    day: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", kst_date(self.time))

    @property
    def name(self) -> tuple[str, str]:
        """How its host names it."""
        return self.source, self.id

    @property
    def fingerprint(self) -> str:
        """A hash of what the host said: the same however it orders the members of `data` or writes a whole number."""
        time = self.time.astimezone(UTC).isoformat() if self.is_timed else None
        said = [self.type, self.subject, time, _canonical(self.data)]
        return hashlib.sha256(to_json(said)).hexdigest()

    def document(self) -> str:
        """The event as JSON, for whoever looks at why it was refused."""
        fields = {"id": self.id, "source": self.source, "type": self.type, "subject": self.subject, "time": self.time}
        return to_json({**fields, "data": self.data}).decode()

    def require_in_time(self, now: datetime, tolerance: timedelta) -> None:
        """Returns when the event is neither too old nor of the future; raises EVENT_TOO_LATE or EVENT_FROM_FUTURE."""
        if self.time < now - tolerance:
            raise AppError("EVENT_TOO_LATE", tolerance_hours=tolerance // timedelta(hours=1))
        if self.time > now + MAX_AHEAD:
            raise AppError("EVENT_FROM_FUTURE", ahead_seconds=int(MAX_AHEAD.total_seconds()))


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """One event that was taken before: our id of it, its player, and what tells it from another under the same name."""

    key: str
    user_id: int
    type: str
    data_text: str
    fingerprint: str | None

    def is_same(self, event: HostEvent, user_id: int) -> bool:
        """True when this is the event sent again.

        One that was taken before fingerprints were kept is compared by player, type and data; of one whose player was
        erased the type is all that is left.
        """
        if self.fingerprint is not None:
            return self.fingerprint == event.fingerprint
        if self.type != event.type:
            return False
        if self.data_text == "{}":
            return True
        return user_id == self.user_id and _canonical(from_json(self.data_text)) == _canonical(event.data)


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """One event that was not taken: what could be read of it, why not, and the event itself for whoever looks."""

    id: str | None
    source: str | None
    type: str | None
    code: str
    reasons: list[dict[str, str]]
    document: str | None


def _canonical(value: Any) -> Any:
    """The same value for the same meaning: members in order, and 1.0 is 1."""
    if isinstance(value, Mapping):
        return {name: _canonical(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


Reader = Callable[[HostEvent], Any]

_OF_TIME: dict[str, Reader] = {
    "source": lambda event: event.source,
    "subject": lambda event: event.subject,
    "type": lambda event: event.type,
    "day": lambda event: event.day.isoformat(),
    "week": lambda event: iso_week(event.day),
    "weekday": lambda event: event.day.isoweekday(),
    "hour": lambda event: event.time.astimezone(KST).hour,
}


def iso_week(day: date) -> str:
    """The ISO week of a KST day, as 2026-W01."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def reader(path: str) -> Reader:
    """How to read a field of an event; None where it does not stand (or is null)."""
    if path in _OF_TIME:
        return _OF_TIME[path]
    names = path.split(".")[1:]
    if len(names) == 1:
        only = names[0]
        return lambda event: event.data.get(only)

    def read(event: HostEvent) -> Any:
        value: Any = event.data
        for name in names:
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    return read
