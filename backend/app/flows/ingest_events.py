"""Host events: taken once for ever, and what the rules give for them, in one transaction for many.

Reads feature_config, seasons, bridge_campaigns and goal_book (share-locked), host_rules, host_rule_versions,
host_events, rule_marks, mission_progress, and user_profiles with wallets, season_progress, season_passes,
season_counters, bridge_keys and, where a rule gives premium, season_claims (locked); where one takes back also
event_revocations, rule_hits and reward_log (locked). Writes user_profiles (players seen for the first time, bridge
counters), host_events, rejected_events, event_revocations, rule_hits, rule_marks, mission_progress, and all that
grants, stamps, keys, passes and reversals write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic_core import to_json

from app.core.errors import AppError
from app.core.time_utils import kst_date, kst_text
from app.domain.event_names import Feature
from app.domain.host_events import HostEvent, RefusedEvent
from app.flows.steps.apply_rules import Ground
from app.flows.steps.commands import Done
from app.flows.steps.decide_events import EventBatch, match
from app.flows.steps.goals import load_goals
from app.flows.steps.know_player import know_players
from app.flows.steps.revoke_events import Revocables, load_revocables
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
        first_day = kst_date(now - tolerance)
        rules = await keepers.rule_book.in_force(FEATURES, kst_date(now), ended_since=first_day)
        rules.require_open(Feature.INGEST)
        active = await keepers.rule.in_force(command.host_id)
        matches = match(events, active)
        ids = await _ids(keepers, command.host_id, events, now)
        wanted = Wanted.of(rules, wallets=True, claims=matches.need_claims, bridges=rules.bridge_ids)
        players = await keepers.player.lock(ids.values(), wanted)
        names = [event.name for event in events]
        known = await keepers.host_event.known(command.host_id, names)
        if answers and any(event.name in known and known[event.name].key == event.key for event in events):
            return answers[-1]  # the run before this one was committed, and only the reply got lost
        days = {event.day for event in events} | {rules.today}
        await load_goals(keepers, rules, players, days=days, metric_names=matches.metrics)
        revocables = Revocables()
        if any(rule.config.is_reversal for rule in active):
            announced = matches.announced((event for event in events if event.name not in known), ids)
            revocables = await load_revocables(keepers, command.host_id, names, announced)
        batch = EventBatch(
            host_id=command.host_id,
            players={subject: players[user_id] for subject, user_id in ids.items()},
            ground=Ground(rules, await keepers.rule_state.marks(matches.mark_keys(events, ids)), revocables),
            matches=matches,
            known=known,
            now=now,
            approval=house.approval,
            request_id=command.request_id,
        )
        answers.append(Done(to_json(batch.decide(items) | {"server_time": kst_text(now)})))
        await save_changes(keepers, batch.changes)
        await keepers.host_event.add_rejected(command.host_id, batch.not_taken, request_id=command.request_id, now=now)
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


async def _ids(keepers: Services, host_id: int, events: Sequence[HostEvent], now: datetime) -> dict[str, int]:
    """The ids of everybody whom the events are about, by external id. Who is new is made, as at a first sign-in."""
    names = {(host_id, event.subject): None for event in events}
    ids, _ = await know_players(keepers, names, now=now)
    return {subject: user_id for (_, subject), user_id in ids.items()}
