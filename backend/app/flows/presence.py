"""Being there: the day's first signed-in request counts for missions, one on the last evening earns the bridge's key.

Reads feature_config, bridge_campaigns and goal_book (share-locked), user_profiles with wallets and bridge_keys
(locked), mission_progress. Writes bridge_keys, mission_progress, user_profiles, reward_log, wallets, wallet_ledger,
user_event_log, outbox.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntFlag

from pydantic_core import to_json

from app.core.time_utils import kst_date, kst_hour
from app.domain import metrics
from app.domain.bridge import CampaignState, MissionKind
from app.domain.event_names import Feature
from app.domain.rule_book import RuleBook
from app.flows.lane import Lane
from app.flows.steps.collect_keys import collect_presence_key
from app.flows.steps.commands import Done, PlayerCommand, Result
from app.flows.steps.decide_each import Batch, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.goals import load_goals, settle_counts
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_state import Wanted

# a campaign that is opened in the evening is noticed within this time by every process
FRESH = timedelta(seconds=60)
MAX_SEEN = 131_072  # one more request of somebody who was forgotten finds the key and changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceCommand(PlayerCommand):
    """One player was there at this instant, by the business clock of the process that saw the request."""

    operation = "PRESENCE"
    seen_at: datetime


async def record_presence(house: House, commands: Sequence[PresenceCommand]) -> list[Result]:
    """Gives every player the key of the day they were seen on, once; results in the same order.

    The instant of the request decides, not that of this transaction: a request a moment before midnight counts.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> list[Result]:
        rules = await keepers.rule_book.in_force([Feature.BRIDGE], kst_date(now))
        wanted = Wanted.of(rules, wallets=True, bridges=rules.bridge_ids)
        players = await keepers.player.lock((command.user_id for command in commands), wanted)
        days = {kst_date(command.seen_at) for command in commands}
        await load_goals(keepers, rules, players, days=days)
        batch = Batch(players, rules, {}, now, house.approval)
        results = decide_each(batch, commands, lambda decision, c: _note(decision, c, rules))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _note(decision: Decision, command: PresenceCommand, rules: RuleBook) -> bytes:
    at = command.seen_at
    cause = f"PRESENCE:{kst_date(at).isoformat()}"
    collected = collect_presence_key(decision, rules, on=kst_date(at), hour=kst_hour(at), cause=cause)
    decision.count(metrics.PRESENCE, at=at)
    settle_counts(decision, rules.goals)
    return to_json(collected)


class Stage(IntFlag):
    """What being there may count for at an hour."""

    NOTHING = 0
    MISSION = 1
    BRIDGE = 2


@dataclass(frozen=True, slots=True)
class Known:
    """What one small read told: whether a mission counts presence, and from which hour on a bridge's slot does."""

    read_at: datetime
    has_mission: bool
    from_hour: int | None

    def is_fresh(self, now: datetime) -> bool:
        return abs(now - self.read_at) < FRESH and kst_date(self.read_at) == kst_date(now)

    def open_at(self, hour: int) -> Stage:
        mission = Stage.MISSION if self.has_mission else Stage.NOTHING
        return mission | (Stage.BRIDGE if self.from_hour is not None and hour >= self.from_hour else Stage.NOTHING)


@dataclass(slots=True)
class Presence:
    """What one process knows of this day: what presence counts for now, and whom it has seen for that.

    Costs one small read a minute; while presence counts, one command a player and day (and one more in the hours of a
    bridge's mission).
    """

    house: House
    lane: Lane[PresenceCommand, Done]
    _known: Known | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _day: date | None = None
    _seen: dict[int, Stage] = field(default_factory=dict)

    async def note(self, command: PlayerCommand) -> None:
        """Records that the player is there, if that matters now. Returns after the commit; raises the refusal."""
        now = self.house.clock.now()
        stage = (await self._current(now)).open_at(kst_hour(now))
        if not stage:
            return
        if self._day != kst_date(now) or len(self._seen) >= MAX_SEEN:
            self._day, self._seen = kst_date(now), {}
        if stage in self._seen.get(command.user_id, Stage.NOTHING):
            return
        await self.lane.submit(
            PresenceCommand(
                user_id=command.user_id,
                session_id=command.session_id,
                issued_at=command.issued_at,
                request_id=command.request_id,
                seen_at=now,
            )
        )
        self._seen[command.user_id] = stage

    async def _current(self, now: datetime) -> Known:
        if self._known is not None and self._known.is_fresh(now):
            return self._known
        async with self._turn:  # of all that wait here, the first reads for everyone
            if self._known is None or not self._known.is_fresh(now):
                self._known = await self._read(now)
            return self._known

    async def _read(self, now: datetime) -> Known:
        today = kst_date(now)
        rules = await self.house.read(lambda keepers: keepers.rule_book.seasons_on(today))
        slots = [c.slot_on(today) for c in rules.bridges if c.state is CampaignState.OPEN]
        missions = [slot.mission for slot in slots if slot is not None]
        hours = [mission.from_hour for mission in missions if mission.kind is MissionKind.PRESENCE]
        has_mission = rules.goals.is_met_by(metrics.PRESENCE, today)
        return Known(now, has_mission, min(hours, default=None))
