"""Being there on the last evening: any signed-in request from the mission's hour on earns the day's key.

Reads feature_config and bridge_campaigns (share-locked), user_profiles with wallets and bridge_keys (locked). Writes
bridge_keys, user_profiles, reward_log, wallets, wallet_ledger, user_event_log, outbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pydantic_core import to_json

from app.core.time_utils import kst_date, kst_hour
from app.domain.bridge import CampaignState, MissionKind
from app.domain.bridge_config import EARLIEST_PRESENCE_HOUR
from app.domain.event_names import Feature
from app.domain.rule_book import RuleBook
from app.flows.lane import Lane
from app.flows.steps.collect_keys import collect_presence_key
from app.flows.steps.commands import Done, PlayerCommand, Result
from app.flows.steps.decide_each import Batch, decide_each
from app.flows.steps.decision import Decision
from app.flows.steps.save_changes import save_changes
from app.services import House, Services
from app.services.player_service import Wanted

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
        batch = Batch(players, rules, {}, now, house.settings.approval_threshold_points)
        results = decide_each(batch, commands, lambda decision, c: _note(decision, c, rules))
        await save_changes(keepers, batch.changes)
        return results

    return await house.write(work)


def _note(decision: Decision, command: PresenceCommand, rules: RuleBook) -> bytes:
    at = command.seen_at
    cause = f"PRESENCE:{kst_date(at).isoformat()}"
    return to_json(collect_presence_key(decision, rules, on=kst_date(at), hour=kst_hour(at), cause=cause))


@dataclass(slots=True)
class Presence:
    """What one process knows of this evening: whether a presence mission is open, and whom it has seen.

    Costs a comparison of hours by day; in the evening one small read a minute; in the mission's hours one command a
    player and day.
    """

    house: House
    lane: Lane[PresenceCommand, Done]
    _read_at: datetime | None = None
    _from_hour: int | None = None
    _day: date | None = None
    _seen: set[int] = field(default_factory=set)

    async def note(self, command: PlayerCommand) -> None:
        """Records that the player is there, if that matters now. Returns after the commit; raises the refusal."""
        now = self.house.clock.now()
        hour = kst_hour(now)
        if hour < EARLIEST_PRESENCE_HOUR:
            return
        from_hour = await self._mission_hour(now)
        if from_hour is None or hour < from_hour:
            return
        if self._day != kst_date(now) or len(self._seen) >= MAX_SEEN:
            self._day, self._seen = kst_date(now), set()
        if command.user_id in self._seen:
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
        self._seen.add(command.user_id)

    async def _mission_hour(self, now: datetime) -> int | None:
        """From which hour on today's earliest presence mission is open; None when there is none."""
        if self._read_at is None or abs(now - self._read_at) >= FRESH:
            today = kst_date(now)
            rules = await self.house.read(lambda keepers: keepers.rule_book.seasons_on(today))
            slots = [c.slot_on(today) for c in rules.bridges if c.state is CampaignState.OPEN]
            missions = [slot.mission for slot in slots if slot is not None]
            hours = [mission.from_hour for mission in missions if mission.kind is MissionKind.PRESENCE]
            self._read_at, self._from_hour = now, min(hours, default=None)
        return self._from_hour
