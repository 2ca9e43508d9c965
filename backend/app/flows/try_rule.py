"""A rule tried out: on made-up events, or on those that came before. Reads host_events; writes nothing."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core.errors import AppError, invalid
from app.domain.host_events import HostEvent
from app.domain.rule_config import CountEffect, RewardEffect, RuleConfig, StampEffect, XpEffect
from app.domain.rules import NOT_A_NUMBER, Marks, Rule, Skipped, guard, keep, units
from app.services import House, Services

View = dict[str, Any]
MOST_EVENTS = 20_000  # of one replay: some seconds, and 10 MB
# Of one replay; a page and a slice hold the loop for some milliseconds each: 100 comparisons an event are 30 µs.
MOST_SECONDS, PAGE, SLICE = 10.0, 200, 50
NOT_MATCHED = "NOT_MATCHED"


@dataclass(slots=True)
class Trial:
    """A rule that begins with nothing remembered, and what it would have given so far."""

    rule: Rule
    marks: Marks = field(default_factory=dict)
    players: dict[str, int] = field(default_factory=dict)
    given: int = 0
    units: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, config: RuleConfig) -> "Trial":
        return cls(Rule(0, "TRIAL", 0, None, config))

    def take(self, event: HostEvent) -> View:
        """What the rule gives for the event after all that it gave before: `units`, or why none."""
        if event.type not in self.rule.config.event_types:
            return self._skip(event, NOT_MATCHED)
        if not self.rule.matches(event):
            return self._skip(event, NOT_A_NUMBER if self.rule.not_a_number(event) else NOT_MATCHED)
        user_id = self.players.setdefault(event.subject, len(self.players) + 1)
        try:
            bounds = guard(self.rule, event)
            found = units(self.rule, event, bounds, self.marks, user_id)
        except Skipped as reason:
            keep(self.rule, reason.writes, self.marks, user_id)
            return self._skip(event, reason.reason)
        keep(self.rule, bounds.writes, self.marks, user_id)
        self.given += 1
        self.units += found
        left_out = [{"reason": bound, "units": number} for bound, number in bounds.left_out]
        for bound, number in bounds.left_out:
            self.left_out[bound] += number
        view: View = {"id": event.id, "subject": event.subject, "units": found, "left_out": left_out}
        return view | {"effects": gives(self.rule.config, found)}

    def _skip(self, event: HostEvent, reason: str) -> View:
        self.skipped[reason] += 1
        return {"id": event.id, "subject": event.subject, "units": 0, "skipped": reason, "effects": []}


def try_on_sample(config: RuleConfig, events: Sequence[HostEvent]) -> View:
    """What the rule would give for each of these events, in their order, to players who got nothing before."""
    trial = Trial.of(config)
    return {"results": [trial.take(event) for event in events], **_totals(trial)}


class RuleReplays:
    """Tries rules on past events: one at a time in a process, in slices that let everybody else go on between them."""

    def __init__(self, house: House) -> None:
        self._house, self._is_running = house, False

    async def replay(self, config: RuleConfig, *, host: str | None, since: datetime, until: datetime) -> View:
        """What the rule would have given for the events that came before, in the order of their own times.

        Of a host, or of all; `is_complete` is false when there were more than `MOST_EVENTS`, or more than can be looked
        at in `MOST_SECONDS`: the first were taken. Seasons, campaigns and caps of seasons are not considered: what the
        rule wants to give is what is counted. Raises BUSY while another one runs.
        """
        if until <= since:
            raise invalid(("until", "after since"))
        if self._is_running:
            raise AppError("BUSY", retry_after_seconds=int(MOST_SECONDS))
        self._is_running = True
        try:
            return await self._replay(config, host=host, since=since, until=until)
        finally:
            self._is_running = False

    async def _replay(self, config: RuleConfig, **span: Any) -> View:
        clock = asyncio.get_running_loop().time
        ends_at = clock() + MOST_SECONDS
        events, is_complete = await self._past(config, ends_at, **span)
        trial = Trial.of(config)
        events.sort(key=lambda event: event.time)
        for number, event in enumerate(events, start=1):
            trial.take(event)
            if number % SLICE == 0:
                await asyncio.sleep(0)
                if clock() > ends_at:
                    is_complete = False
                    events = events[:number]
                    break
        return {"events": len(events), "is_complete": is_complete, **_totals(trial)}

    async def _past(self, config: RuleConfig, ends_at: float, **span: Any) -> tuple[list[HostEvent], bool]:
        """(the first events of the span, whether they are all)."""
        events: list[HostEvent] = []
        while True:
            after = events[-1].key if events else ""

            async def work(keepers: Services, after: str = after) -> list[HostEvent]:
                return await keepers.host_event.past(config.event_types, **span, after=after, limit=PAGE)

            page = await self._house.read(work)
            events += page
            if len(page) < PAGE:
                return events, True
            if len(events) >= MOST_EVENTS or asyncio.get_running_loop().time() > ends_at:
                return events, False


def gives(config: RuleConfig, times: int) -> list[View]:
    """The effects of a rule for so many units."""
    return [_gives(effect, times) for effect in config.effects]


def _gives(effect: Any, times: int) -> View:
    if isinstance(effect, XpEffect):
        return {"kind": effect.kind, "amount": effect.amount * times}
    if isinstance(effect, RewardEffect):
        return {"kind": effect.kind, **effect.grant(times=times).view()}
    if isinstance(effect, StampEffect):
        return {"kind": effect.kind, "count": effect.count * times}
    if isinstance(effect, CountEffect):
        return {"kind": effect.kind, "metric": effect.metric, "amount": effect.amount * times}
    shown: View = effect.model_dump(mode="json", exclude_none=True)
    return shown


def _totals(trial: Trial) -> View:
    effects: Iterable[View] = gives(trial.rule.config, trial.units) if trial.given else []
    return {
        "given": trial.given,
        "units": trial.units,
        "players": len(trial.players),
        "skipped": dict(sorted(trial.skipped.items())),
        "left_out": dict(sorted(trial.left_out.items())),
        "total": list(effects),
    }
