"""Deciding the events of a call, one after the other, each on the state that the ones before it left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.domain.host_events import HostEvent, RefusedEvent
from app.domain.player import PlayerState
from app.domain.records import Changes, TakenEvent
from app.domain.rules import EventName, MarkKey, Rule, Skipped, guard
from app.domain.season import Season
from app.flows.steps.apply_rules import Ground, Matched, apply_rules, note_event
from app.flows.steps.collect_keys import collect_host_key
from app.flows.steps.decision import Decision
from app.flows.steps.goals import settle_counts

View = dict[str, Any]
REVOKED = "EVENT_REVOKED"


@dataclass(slots=True)
class Matches:
    """Which rules take which events, by our id of the event. Depends on nothing but rules and events."""

    rules: dict[str, list[Matched]] = field(default_factory=dict)
    lacking: dict[str, list[View]] = field(default_factory=dict)

    @property
    def need_claims(self) -> bool:
        """Whether a rule may give a premium track, which looks at what was claimed."""
        return any(found.rule.needs_claims for several in self.rules.values() for found in several)

    @property
    def metrics(self) -> list[str]:
        """The hosts' metrics that rules count for these events."""
        return sorted({name for several in self.rules.values() for found in several for name in found.rule.metrics})

    def announced(self, events: Iterable[HostEvent], ids: Mapping[str, int]) -> dict[EventName, int]:
        """The events that some of these take back, with the player who is said to have caused them."""
        return {
            name: ids[event.subject]
            for event in events
            for found in self.rules.get(event.key, ())
            for name in found.rule.targets(event)
        }

    def mark_keys(self, events: Iterable[HostEvent], ids: Mapping[str, int]) -> set[MarkKey]:
        """Every slot that a rule will look at."""
        return {
            (ids[event.subject], found.rule.id, slot)
            for event in events
            for found in self.rules.get(event.key, ())
            for slot in found.guard.slots
        }


def match(events: Iterable[HostEvent], rules: Sequence[Rule]) -> Matches:
    """Finds the rules for each event, in their order."""
    by_type: dict[str, list[Rule]] = {}
    for rule in rules:
        for event_type in rule.config.event_types:
            by_type.setdefault(event_type, []).append(rule)
    found = Matches()
    for event in events:
        for rule in by_type.get(event.type, ()):
            if not rule.matches(event):
                continue
            try:
                found.rules.setdefault(event.key, []).append(Matched(rule, guard(rule, event)))
            except Skipped as reason:
                found.lacking.setdefault(event.key, []).append({"rule": rule.code, "reason": reason.reason})
    return found


@dataclass(slots=True)
class EventBatch:
    """What the events of a call are decided on: locked players by external id, rules, marks, what was sent before."""

    host_id: int
    players: Mapping[str, PlayerState]
    ground: Ground
    matches: Matches
    known: set[EventName]
    now: datetime
    approval_threshold_points: int
    request_id: str | None
    changes: Changes = field(default_factory=Changes)
    counts: dict[str, int] = field(default_factory=lambda: {"accepted": 0, "duplicate": 0, "rejected": 0})
    _seasons: dict[tuple[str, date], Season | None] = field(default_factory=dict)

    def decide(self, items: Iterable[HostEvent | RefusedEvent]) -> View:
        """`accepted`, `duplicate`, `rejected` and `results[]` of the contract, in the order of the items."""
        results = []
        for item in items:
            result = _refused(item) if isinstance(item, RefusedEvent) else self._one(item)
            self.counts[result["status"]] += 1
            results.append(result)
        return {**self.counts, "results": results}

    def _one(self, event: HostEvent) -> View:
        name = event.name
        if name in self.known:
            return {"id": event.id, "status": "duplicate", "effects": []}
        self.known.add(name)
        player = self.players[event.subject]
        matched, code = self._matched(event, player)
        self.changes.taken_events.append(TakenEvent(event, self.host_id, player.id, code, self.request_id, self.now))
        decision = self._decision(player, event)
        effects = [] if code == REVOKED else self._keys(decision, event)
        skipped = list(self.matches.lacking.get(event.key, ()))
        if matched:
            given, left_out = apply_rules(decision, self.ground, event, matched)
            effects, skipped = effects + given, skipped + left_out
        settle_counts(decision, self.ground.rules.goals)
        if any("skipped" not in effect for effect in effects):
            note_event(decision, event, effects)
        result: View = {"id": event.id, "status": "accepted", "event_id": event.key, "effects": effects}
        return result | ({"skipped": skipped} if skipped else {}) | ({"code": code} if code else {})

    def _matched(self, event: HostEvent, player: PlayerState) -> tuple[list[Matched], str | None]:
        """The rules that work, and why none does: a blocked player gains nothing and can still lose."""
        matched = self.matches.rules.get(event.key, [])
        if self.ground.revocables.is_revoked(event.name, player.id):
            return [], REVOKED
        if player.is_blocked:
            taking = [found for found in matched if found.rule.config.is_reversal]
            return taking, None if taking else "USER_BLOCKED"
        return matched, None

    def _keys(self, decision: Decision, event: HostEvent) -> list[View]:
        """The bridge key of the event's day, where its mission is this event. Blocked players collect too."""
        if not self.ground.rules.bridges:
            return []
        cause = f"EVENT:{event.key}"
        key_event = collect_host_key(decision, self.ground.rules, host_event_type=event.type, cause=cause, on=event.day)
        return [] if key_event is None else [{"kind": "BRIDGE_KEY", "key_event": key_event}]

    def _decision(self, player: PlayerState, event: HostEvent) -> Decision:
        """Value is counted on today's account; the season and the bounds of rules are those of the event's own day."""
        return Decision(
            player=player,
            changes=self.changes,
            now=self.now,
            today=self.ground.rules.today,
            season=self._season(player, event.day),
            approval_threshold_points=self.approval_threshold_points,
            request_id=self.request_id,
            counts=[],
        )

    def _season(self, player: PlayerState, day: date) -> Season | None:
        """The one season of the player's program that ran on this day."""
        key = (player.program, day)
        if key not in self._seasons:
            running = [
                season
                for season in self.ground.rules.open_to(player)
                if season.program == player.program and season.is_running(day)
            ]
            self._seasons[key] = running[0] if len(running) == 1 else None
        return self._seasons[key]


def _refused(event: RefusedEvent) -> View:
    view: View = {"id": event.id, "status": "rejected", "code": event.code, "effects": []}
    return view | ({"details": event.reasons} if event.reasons else {})
