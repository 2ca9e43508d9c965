"""Rules at work: which events they take, and what of each was not given before. Pure: state in, state out."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic_core import to_json

from app.domain.host_events import HostEvent, Reader, reader
from app.domain.rule_conditions import Matcher, kind_of, matcher, number_fields
from app.domain.rule_config import CountEffect, PremiumEffect, ReverseEffect, RuleConfig

LONGEST_SLOT = 100
MICROSECONDS = 1_000_000
MARK_LIMIT = 2**62  # of a cumulative total: a BIGINT holds it

# what a rule must remember of a player, by (player, rule, slot): see `Guard`
MarkKey = tuple[int, int, str]
# how a host names an event: (source, id)
EventName = tuple[str, str]
VISIBLE = re.compile(r"[!-~]{1,200}")
Marks = dict[MarkKey, int]
# one slot that was written for an event: its value before (None: it was empty) and after
MarkWrite = tuple[str, int | None, int]


@dataclass(frozen=True)
class Rule:
    """One rule in one version, ready to work. `host_id` None: for every host's events."""

    id: int
    code: str
    version: int
    host_id: int | None
    config: RuleConfig

    @cached_property
    def matches(self) -> Matcher:
        """Whether an event of the right type fulfils the conditions."""
        return matcher(self.config.when)

    @cached_property
    def once_readers(self) -> list[Reader] | None:
        return None if self.config.once_per is None else [reader(path) for path in self.config.once_per]

    @cached_property
    def mark_readers(self) -> list[Reader]:
        return [reader(path) for path in self.config.count.per] if self.config.count else []

    @cached_property
    def count_reader(self) -> Reader | None:
        return None if self.config.count is None else reader(self.config.count.field)

    @property
    def needs_claims(self) -> bool:
        return any(isinstance(effect, PremiumEffect) for effect in self.config.effects)

    @property
    def metrics(self) -> list[str]:
        """The hosts' metrics that it counts."""
        return [effect.metric for effect in self.config.effects if isinstance(effect, CountEffect)]

    def not_a_number(self, event: HostEvent) -> str | None:
        """The first field that a condition compares with a number and where the event holds something else."""
        return next((field for field in number_fields(self.config.when) if is_no_number(reader(field)(event))), None)

    def targets(self, event: HostEvent) -> list[EventName]:
        """The (source, id) of the events that it takes back for this one."""
        effects = [effect for effect in self.config.effects if isinstance(effect, ReverseEffect)]
        return [name for effect in effects if (name := effect_target(effect, event)) is not None]

    def operation_id(self, event: HostEvent) -> str:
        """The permanent cause of what this rule gives for an event. Further effects get #2, #3, … behind it."""
        return f"RULE:{self.code}:{event.key}"


def effect_target(effect: ReverseEffect, event: HostEvent) -> EventName | None:
    """The (source, id) of the event that this one takes back; None where it names none."""
    source = reader(effect.source)(event) if effect.source else event.source
    event_id = reader(effect.event_id)(event)
    is_name = all(isinstance(part, str) and VISIBLE.fullmatch(part) for part in (source, event_id))
    return (source, event_id) if is_name else None


def is_no_number(value: Any) -> bool:
    """True when something stands where a number is expected, and it is none: "45000" in quotes, true, a list."""
    return value is not None and kind_of(value) != "number"


class Skipped(Exception):
    """The rule gives nothing for this event. `reason` is one of the closed list below; never an error.

    `writes` is kept all the same: the total that was seen on a day whose cap is reached is not paid on the next day.
    """

    def __init__(self, reason: str, writes: Sequence[tuple[str, int]] = ()) -> None:
        super().__init__(reason)
        self.reason, self.writes = reason, writes


ONCE, CAP, COOLDOWN, NOTHING_NEW, FIELD_MISSING = "ONCE", "DAILY_CAP", "COOLDOWN", "NOTHING_NEW", "FIELD_MISSING"
NOT_A_NUMBER, OUT_OF_RANGE = "NOT_A_NUMBER", "OUT_OF_RANGE"
# of units that are left out of what a rule gives
MAX_UNITS_REASON = "MAX_UNITS"


@dataclass(slots=True)
class Guard:
    """What bounds one rule for one event: the slots of marks that it looks at, and the total that it counts.

    Slots: `O:<values>` given once for these values · `D:<day>` units given on a KST day · `M:<values>` the highest
    total seen · `C<seconds>:<n>` when something was given in the n-th stretch of that length (one at most: within a
    cooldown nothing is given twice, so its neighbours are all that must be looked at, in whatever order events come).
    """

    once: str | None = None
    day: str | None = None
    mark: str | None = None
    cooldown: tuple[str, ...] = ()
    total: int = 1
    writes: list[tuple[str, int]] = field(default_factory=list)
    # units that the event was worth beyond what is given, and which bound left them out
    left_out: list[tuple[str, int]] = field(default_factory=list)

    @property
    def slots(self) -> list[str]:
        return [slot for slot in (self.once, self.day, self.mark, *self.cooldown) if slot is not None]


def guard(rule: Rule, event: HostEvent) -> Guard:
    """What must be known before this rule gives for this event.

    Raises Skipped when a field that it needs is missing, or when what it counts is no number or out of range.
    """
    config, found = rule.config, Guard()
    if rule.once_readers is not None:
        found.once = _slot("O", rule.once_readers, event)
    if config.cap_per_day is not None:
        found.day = f"D:{event.day.isoformat()}"
    if config.count is not None and rule.count_reader is not None:
        value = rule.count_reader(event)
        if value is None:
            raise Skipped(FIELD_MISSING)
        if is_no_number(value):
            raise Skipped(NOT_A_NUMBER)
        if not 0 <= value < MARK_LIMIT:
            raise Skipped(OUT_OF_RANGE)
        found.total = int(value)
        if config.count.is_cumulative:
            found.mark = _slot("M", rule.mark_readers, event)
    if config.cooldown_seconds:
        at = _microseconds(event.time) // (config.cooldown_seconds * MICROSECONDS)
        found.cooldown = tuple(f"C{config.cooldown_seconds}:{n}" for n in (at - 1, at, at + 1))
    return found


def units(rule: Rule, event: HostEvent, guard: Guard, marks: Marks, user_id: int) -> int:
    """How many units the rule gives for the event; raises Skipped when none. Notes in `guard.writes` what to keep."""

    def known(slot: str) -> int | None:
        return marks.get((user_id, rule.id, slot))

    config = rule.config
    if guard.once is not None:
        if known(guard.once):
            raise Skipped(ONCE)
        guard.writes.append((guard.once, 1))
    at = _microseconds(event.time)
    near = [known(slot) for slot in guard.cooldown]
    if any(other is not None and abs(at - other) < config.cooldown_seconds * MICROSECONDS for other in near):
        raise Skipped(COOLDOWN)
    wanted = _counted(rule, guard, known(guard.mark) if guard.mark else None)
    if guard.cooldown:
        guard.writes.append((guard.cooldown[1], at))
    if guard.day is None or config.cap_per_day is None:
        return wanted
    given = known(guard.day) or 0
    taken = min(wanted, config.cap_per_day - given)
    if taken <= 0:
        raise Skipped(CAP, [write for write in guard.writes if write[0] == guard.mark])
    if taken < wanted:
        guard.left_out.append((CAP, wanted - taken))
    guard.writes.append((guard.day, given + taken))
    return taken


def _counted(rule: Rule, guard: Guard, mark: int | None) -> int:
    count = rule.config.count
    if count is None:
        return 1
    found = guard.total // count.step
    if guard.mark is not None:
        found -= (mark or 0) // count.step
        if guard.total > (mark or 0):
            guard.writes.append((guard.mark, guard.total))
    if found <= 0:
        raise Skipped(NOTHING_NEW)
    if found > count.max_units:
        guard.left_out.append((MAX_UNITS_REASON, found - count.max_units))
    return min(found, count.max_units)


def keep(rule: Rule, writes: Sequence[tuple[str, int]], marks: Marks, user_id: int) -> Marks:
    """Notes in the marks what was given or seen; returns it as it must be written."""
    written = {(user_id, rule.id, slot): value for slot, value in writes}
    marks.update(written)
    return written


def release(written: Mapping[str, Sequence[Sequence[Any]]], marks: Marks, user_id: int) -> Marks:
    """Gives back what rules remember for an event that counts no more; returns the marks as they must be written.

    `written` holds [slot, value before, after] by rule. A slot that nothing wrote since goes back to what it was; from
    a count or a total that went on only what the event added is taken. 0 is an empty slot.
    """
    released: Marks = {}
    for rule_id, writes in written.items():
        for slot, before, after in writes:
            key = (user_id, int(rule_id), slot)
            now = marks.get(key, 0)
            if now == after:
                released[key] = before or 0
            elif slot[0] in "DM":
                released[key] = max(0, now - (after - (before or 0)))
    marks.update(released)
    return released


def _slot(kind: str, readers: Sequence[Reader], event: HostEvent) -> str:
    values: list[Any] = [read(event) for read in readers]
    if any(kind_of(value) not in {"bool", "number", "text"} for value in values):
        raise Skipped(FIELD_MISSING)
    text = to_json(values).decode()
    if len(text) + 2 <= LONGEST_SLOT and text.isascii():
        return f"{kind}:{text}"
    return f"{kind}#{hashlib.sha256(text.encode()).hexdigest()}"


def _microseconds(instant: datetime) -> int:
    return int(instant.timestamp()) * MICROSECONDS + instant.microsecond
