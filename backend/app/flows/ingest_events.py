"""Host events: taken once for ever, and what the rules give for them, in one transaction for many.

Reads feature_config, seasons, bridge_campaigns and goal_book (share-locked), host_rules, host_rule_versions,
host_events, rule_marks, mission_progress, and user_profiles with wallets, season_progress, season_passes,
season_counters, bridge_keys and, where a rule gives premium, season_claims (locked); where one takes back also
event_revocations, rule_hits and reward_log (locked). Writes user_profiles (players seen for the first time, bridge
counters), host_events, rejected_events, rejected_event_days (locked, last), event_revocations, rule_hits, rule_marks,
mission_progress, and all that grants, stamps, keys, passes and reversals write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.event_names import Feature
from app.domain.host_events import HostEvent, KnownEvent, RefusedEvent
from app.domain.player import PlayerState
from app.domain.rule_book import RuleBook
from app.domain.rules import EventName
from app.domain.season import Season
from app.flows.steps.apply_rules import Ground
from app.flows.steps.commands import Done
from app.flows.steps.decide_events import EventBatch, Matches, match
from app.flows.steps.goals import load_goals
from app.flows.steps.know_player import know_players
from app.flows.steps.load_stocks import seasons_of
from app.flows.steps.revoke_events import Revocables, Scene, load_revocables
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted

FEATURES = (Feature.INGEST, Feature.BRIDGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsCommand:
    """One call of one host: its events in order, those that were not sound among them."""

    host_id: int
    items: Sequence[HostEvent | RefusedEvent]
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it is read: sound events, their players' ids by external id, the rules that take them, the seasons.

    The seasons are those of the events' days; where somebody loses something, every one that they took part in.
    """

    host_id: int
    events: Sequence[HostEvent]
    ids: Mapping[str, int]
    rules: RuleBook
    matches: Matches
    seasons: Mapping[int, Season]

    @property
    def takes_back(self) -> bool:
        return bool(self.matches.announced(self.events, self.ids))


async def ingest_events(house: House, command: EventsCommand) -> Done:
    """Takes every event of a call that is new and sound; each gives what the rules give, exactly once for ever.

    Raises NO_FEATURE_TODAY, FEATURE_DISABLED and FEATURE_NOT_ACTIVE: then nothing was taken, and all of it may be
    sent again. Whatever is wrong with one event concerns that event alone.
    """
    now = house.clock.now()
    tolerance = timedelta(hours=house.settings.event_tolerance_hours)
    items = [_in_time(item, now, tolerance) for item in command.items]
    events = [item for item in items if isinstance(item, HostEvent)]
    answers: list[Done] = []

    async def work(keepers: Services) -> Done:
        rules = await keepers.rule_book.in_force(FEATURES, kst_date(now), ended_since=kst_date(now - tolerance))
        rules.require_open(Feature.INGEST)
        matches = match(events, await keepers.rule.in_force(command.host_id))
        ids = await _ids(keepers, command.host_id, events, now)
        losers = set(matches.announced(events, ids).values())
        call = Call(command.host_id, events, ids, rules, matches, await seasons_of(keepers, rules, losers))
        players = await keepers.player.lock(ids.values(), _wanted(call))
        known = await keepers.host_event.known(command.host_id, [event.name for event in events])
        if answers and any(event.name in known and known[event.name].key == event.key for event in events):
            return answers[-1]  # the run before this one was committed, and only the reply got lost
        batch = EventBatch(
            host_id=command.host_id,
            players={subject: players[user_id] for subject, user_id in ids.items()},
            ground=await _ground(keepers, call, players, known),
            matches=matches,
            known=known,
            now=now,
            approval=house.approval,
            request_id=command.request_id,
        )
        answers.append(Done(to_json(batch.decide(items) | {"server_time": kst_text(now)})))
        await save_changes(keepers, batch.changes)
        await keepers.host_event.add_rejected(
            command.host_id,
            batch.not_taken,
            request_id=command.request_id,
            now=now,
            most_a_day=house.settings.host_rejected_events_a_day,
        )
        keepers.host_event.count(batch.told)
        return answers[-1]

    return await house.write(work)


def _in_time(item: HostEvent | RefusedEvent, now: datetime, tolerance: timedelta) -> HostEvent | RefusedEvent:
    """The item itself, or its refusal when its time is too far from now."""
    if isinstance(item, RefusedEvent):
        return item
    try:
        item.require_in_time(now, tolerance)
    except AppError as refusal:
        reason = {"field": "time", "reason": refusal.meaning.en}
        return RefusedEvent(item.id, item.source, item.type, refusal.code, [reason], item.document())
    return item


def _wanted(call: Call) -> Wanted:
    """What is read of the players: of those who may lose something, everything in every season."""
    wanted = Wanted.of(call.rules, wallets=True, claims=call.matches.need_claims, bridges=call.rules.bridge_ids)
    if call.takes_back:
        return replace(wanted, seasons=tuple(call.seasons), claims=True, passes=True, counters=True)
    return wanted


async def _ground(
    keepers: Services, call: Call, players: Mapping[int, PlayerState], known: Mapping[EventName, KnownEvent]
) -> Ground:
    """What the events stand on: goals and marks as they are, and what is to be taken back."""
    rules, matches = call.rules, call.matches
    days = {event.day for event in call.events} | {rules.today}
    await load_goals(keepers, rules, players, days=days, metric_names=matches.metrics)
    marks = await keepers.rule_state.marks(matches.mark_keys(call.events, call.ids))
    if not matches.has_reversals:
        return Ground(rules, marks, Revocables())
    announced = matches.announced((event for event in call.events if event.name not in known), call.ids)
    scene = Scene(players, call.seasons, rules.goals, marks)
    names = [event.name for event in call.events]
    return Ground(rules, marks, await load_revocables(keepers, call.host_id, names, announced, scene))


async def _ids(keepers: Services, host_id: int, events: Sequence[HostEvent], now: datetime) -> dict[str, int]:
    """The ids of everybody whom the events are about, by external id. Who is new is made, as at a first sign-in."""
    names = {(host_id, event.subject): None for event in events}
    ids, _ = await know_players(keepers, names, now=now)
    return {subject: user_id for (_, subject), user_id in ids.items()}
