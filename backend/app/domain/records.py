"""What a decision wants written: plain rows, collected in memory and saved set-based after everything is decided."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.domain.bridge_records import BridgeKey, BridgeSettlement
from app.domain.entitlements import NewEntitlement
from app.domain.event_names import EventType, Topic
from app.domain.game import Memory
from app.domain.grants import Grant, RewardState
from app.domain.host_events import HostEvent
from app.domain.mission_progress import MissionProgress
from app.domain.player import PlayerState
from app.domain.promo import PromoClaim
from app.domain.reversals import Review
from app.domain.rewards import RewardChange
from app.domain.rules import Marks, MarkWrite
from app.domain.season import Progress, StampSource, XpSource
from app.domain.team_member import Membership
from app.domain.wallet import DebtEntry, Entry, Reason


@dataclass(frozen=True, slots=True)
class Play:
    """One play: enough to recompute it from (config version, rolls, what was seen, the memory before).

    `unit` is (prize id, unit number) where it gave away a unit of a prize with stock.
    """

    id: str
    user_id: int
    feature_type: str
    config_id: int
    play_no: int
    day: date
    day_no: int
    rolls: list[int]
    prize: dict[str, Any]
    memory: Memory
    is_win: bool
    token_type: str
    cost: int
    request_id: str | None
    created_at: datetime
    seen: dict[str, Any] | None = None
    unit: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reward:
    """One row of reward_log: a Grant that was recorded. `operation_id` is unique for ever."""

    user_id: int
    operation_id: str
    source: str
    grant: Grant
    state: RewardState
    created_at: datetime
    reason: Reason
    requested_by: str | None = None
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToldReward:
    """What is said of a reward whenever its state is told."""

    user_id: int
    operation_id: str
    source: str
    grant: Grant
    request_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CouponWish(ToldReward):
    """A COUPON reward that is to get its codes before everything is saved. `stood`: its state before; none: new."""

    stood: RewardState | None

    @property
    def pool(self) -> str:
        return str(self.grant.code)


@dataclass(frozen=True, slots=True)
class XpEntry:
    """One movement of XP. `is_earned` tells the player's own doing from what was given."""

    user_id: int
    season_id: int
    delta: int
    xp_after: int
    source: XpSource
    is_earned: bool
    operation_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """One stamp: unique by (player, season, period_key)."""

    user_id: int
    season_id: int
    period_key: str
    source: StampSource
    event_type: str
    day: date
    stamp_count: int
    xp_earned: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LevelClaim:
    """A level's rewards were given: unique by (player, season, track, level)."""

    user_id: int
    season_id: int
    track: str
    level: int
    is_auto: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SeasonPass:
    """A premium track as the player owns it now, or owned it until `revoked_at`."""

    user_id: int
    season_id: int
    track: str
    granted_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One row of user_event_log. `facts` holds no secret and no free text of a player."""

    user_id: int
    event_type: EventType
    feature_type: str | None
    reference: str | None
    facts: dict[str, Any]
    request_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Announcement:
    """One row of the outbox: to be told to the outside after the commit."""

    id: str
    topic: Topic
    user_id: int
    payload: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored answer of one idempotency key: given again, byte for byte, for ever."""

    actor: str
    operation: str
    idempotency_key: str
    fingerprint: str
    status: int
    body: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TakenEvent:
    """One host event that was taken. `code`: why the rules gave nothing (a blocked player, a revocation).

    `reason`: why nothing at all was given. `marks`: what rules remember since, [slot, value before, after] by rule.
    """

    event: HostEvent
    host_id: int
    user_id: int
    code: str | None
    reason: str | None
    marks: dict[int, list[MarkWrite]]
    request_id: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule that gave something for one event: unique by (event, rule). `effects` is what it gave."""

    event_key: str
    rule_id: int
    version: int
    user_id: int
    day: date
    units: int
    effects: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class EventRevocation:
    """One event of a host that counts no more, whether it came already or not: unique by (host, source, id)."""

    host_id: int
    source: str
    event_id: str
    user_id: int
    revoked_by: str
    created_at: datetime


@dataclass(slots=True)
class Changes:
    """Everything a batch of commands wants written. Empty lists cost no statement."""

    plays: list[Play] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)
    reward_changes: list[RewardChange] = field(default_factory=list)
    coupon_wishes: list[CouponWish] = field(default_factory=list)
    entitlements: list[NewEntitlement] = field(default_factory=list)
    promo_claims: list[PromoClaim] = field(default_factory=list)
    inbox_claims: dict[int, datetime] = field(default_factory=dict)  # item id → when
    # operation ids of rewards that were taken back, and when
    taken_back: dict[str, datetime] = field(default_factory=dict)
    xp: list[XpEntry] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    claims: list[LevelClaim] = field(default_factory=list)
    passes: dict[tuple[int, int, str], SeasonPass] = field(default_factory=dict)
    progress: dict[tuple[int, int], Progress] = field(default_factory=dict)
    balances: dict[tuple[int, str], int] = field(default_factory=dict)
    debts: list[DebtEntry] = field(default_factory=list)
    # of reversals: players with their new number, (player, season, track, level), (campaign, player, event type)
    reversals: dict[int, int] = field(default_factory=dict)
    lost_claims: dict[tuple[int, int, str, int], datetime] = field(default_factory=dict)
    lost_keys: dict[tuple[int, int, str], datetime] = field(default_factory=dict)
    reviews: list[Review] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    bridge_keys: list[BridgeKey] = field(default_factory=list)
    settlements: list[BridgeSettlement] = field(default_factory=list)
    key_counters: dict[int, tuple[int, int]] = field(default_factory=dict)
    taken_events: list[TakenEvent] = field(default_factory=list)
    rule_hits: list[RuleHit] = field(default_factory=list)
    event_revocations: list[EventRevocation] = field(default_factory=list)
    rule_marks: Marks = field(default_factory=dict)
    missions: dict[tuple[int, int, str], MissionProgress] = field(default_factory=dict)
    members: dict[tuple[int, int], Membership] = field(default_factory=dict)
    # (board, window, player) → how much to add, and when the last of it was reached
    scores: dict[tuple[int, str, int], tuple[int, datetime]] = field(default_factory=dict)
    announcements: list[Announcement] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many records there are: a refusal must not raise it."""
        return (
            len(self.plays) + len(self.entries) + len(self.rewards) + len(self.xp) + len(self.stamps)
            + len(self.claims) + len(self.passes) + len(self.events) + len(self.announcements) + len(self.answers)
            + len(self.bridge_keys) + len(self.settlements) + len(self.reward_changes)
            + len(self.taken_events) + len(self.rule_hits) + len(self.event_revocations)
            + len(self.coupon_wishes) + len(self.entitlements) + len(self.taken_back)
            + len(self.promo_claims) + len(self.inbox_claims) + len(self.debts) + len(self.reviews)
        )  # fmt: skip

    def add_entry(self, entry: Entry) -> None:
        """Notes a wallet movement and the balance that the wallet now shows."""
        self.entries.append(entry)
        self.balances[entry.user_id, entry.token_type] = entry.balance_after

    def add_score(self, board_id: int, window_key: str, user_id: int, amount: int, at: datetime) -> None:
        """Adds to a player's score in a window of a board."""
        key = (board_id, window_key, user_id)
        before, latest = self.scores.get(key, (0, at))
        self.scores[key] = (before + amount, max(latest, at))

    def touch(self, player: PlayerState, season_id: int) -> Progress:
        """The player's progress, marked to be saved."""
        progress = player.progress_in(season_id)
        self.progress[player.id, season_id] = progress
        return progress

    def count_keys(self, player: PlayerState, key_count: int, pending_points: int) -> None:
        """Sets the player's bridge counters, marked to be saved."""
        player.event_key_count, player.event_pending_points = key_count, pending_points
        self.key_counters[player.id] = (key_count, pending_points)
