"""Deciding the events of a call, one after the other, each on the state that the ones before it left."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.core.errors import AppError
from app.domain.event_reasons import why_nothing
from app.domain.host_events import HostEvent, KnownEvent, RefusedEvent
from app.domain.player import PlayerState
from app.domain.records import Changes, TakenEvent
from app.domain.rules import NOT_A_NUMBER, EventName, MarkKey, Rule, Skipped, guard
from app.domain.season import Season
from app.domain.worth import Approval
from app.flows.steps.apply_rules import Ground, Matched, apply_rules, note_event
from app.flows.steps.collect_keys import collect_host_key
from app.flows.steps.decision import Decision
from app.flows.steps.goals import settle_counts

View = dict[str, Any]
REVOKED, EVENT_CONFLICT = "EVENT_REVOKED", "EVENT_CONFLICT"
CONFLICT = "conflict"
COUNTED = ("accepted", "duplicate", "rejected", "without_effect")


@dataclass(slots=True)
class Matches:
    """Which rules take which events, by our id of the event. Depends on nothing but rules and events."""

    rules: dict[str, list[Matched]] = field(default_factory=dict)
    # rules that take such events and could not read this one
    lacking: dict[str, list[View]] = field(default_factory=dict)
    types: frozenset[str] = frozenset()
    # whether any rule in force takes events back: then those that were taken back must be known
    has_reversals: bool = False

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
    found = Matches(types=frozenset(by_type), has_reversals=any(rule.config.is_reversal for rule in rules))
    for event in events:
        for rule in by_type.get(event.type, ()):
            if not rule.matches(event):
                if (name := rule.not_a_number(event)) is not None:
                    view = {"rule": rule.code, "reason": NOT_A_NUMBER, "field": name}
                    found.lacking.setdefault(event.key, []).append(view)
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
    known: dict[EventName, KnownEvent]
    now: datetime
    approval: Approval
    request_id: str | None
    changes: Changes = field(default_factory=Changes)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    # those that were not sound, and those under whose names another event was taken
    not_taken: list[RefusedEvent] = field(default_factory=list)
    # (status, reason) of every result, for the metrics
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    _seasons: dict[tuple[str, date], Season | None] = field(default_factory=dict)

    def decide(self, items: Iterable[HostEvent | RefusedEvent]) -> View:
        """The counts and `results[]` of the contract, in the order of the items; `rejected` holds the conflicts.

        What takes something back is decided first: on what stood before the call.
        """
        items = list(items)
        results: list[View] = [{}] * len(items)
        for number, item in sorted(enumerate(items), key=lambda pair: not self._takes_back(pair[1])):
            result = self._refused(item) if isinstance(item, RefusedEvent) else self._one(item)
            status, reason = result["status"], result.get("reason")
            self.counts["rejected" if status == CONFLICT else status] += 1
            self.counts["without_effect"] += reason is not None
            self.told[status, reason or result.get("code") or ""] += 1
            results[number] = result
        return {**self.counts, "results": results}

    def _takes_back(self, item: HostEvent | RefusedEvent) -> bool:
        if isinstance(item, RefusedEvent):
            return False
        return any(found.rule.config.is_reversal for found in self.matches.rules.get(item.key, ()))

    def _one(self, event: HostEvent) -> View:
        player = self.players[event.subject]
        before = self.known.get(event.name)
        if before is not None:
            return self._again(event, before, player)
        self.known[event.name] = KnownEvent(event.key, player.id, event.type, event.data_text, event.fingerprint)
        matched, code = self._matched(event, player)
        decision = self._decision(player, event)
        effects = [] if code == REVOKED else self._keys(decision, event)
        outcome = apply_rules(decision, self.ground, event, matched)
        effects, skipped = effects + outcome.effects, outcome.skipped + self.matches.lacking.get(event.key, [])
        settle_counts(decision, self.ground.rules.goals)
        is_known = event.type in self.matches.types or event.type in self.ground.rules.bridge_events
        reason = why_nothing(code=code, is_known_type=is_known, effects=effects, skipped=skipped)
        if reason is None:
            note_event(decision, event, effects)
        self.changes.taken_events.append(
            TakenEvent(event, self.host_id, player.id, code, reason, outcome.marks, self.request_id, self.now)
        )
        result: View = {"id": event.id, "status": "accepted", "event_id": event.key, "effects": effects}
        more = {"skipped": skipped, "code": code, "reason": reason}
        return result | {name: value for name, value in more.items() if value}

    def _again(self, event: HostEvent, before: KnownEvent, player: PlayerState) -> View:
        """The result of a name that was used: the same event is a duplicate, another one is refused."""
        if before.is_same(event, player.id):
            return {"id": event.id, "status": "duplicate", "event_id": before.key, "effects": []}
        refusal = AppError(EVENT_CONFLICT)
        reason = {"field": "id", "reason": f"{refusal.meaning.en}: {before.key}"}
        refused = RefusedEvent(event.id, event.source, event.type, EVENT_CONFLICT, [reason], event.document())
        return self._refused(refused) | {"status": CONFLICT, "event_id": before.key}

    def _refused(self, event: RefusedEvent) -> View:
        self.not_taken.append(event)
        view: View = {"id": event.id, "status": "rejected", "code": event.code, "effects": []}
        return view | ({"details": event.reasons} if event.reasons else {})

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
            approval=self.approval,
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
