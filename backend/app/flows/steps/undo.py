"""Taking back what a player got, with all that followed from it: levels, bonuses, missions and their rewards.

Everything goes by compensating entries. What was spent is owed. What is lost may be earned anew: claims, completions
and keys are released, and what they pay next has an operation id of its own (`PlayerState.again`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import AppError
from app.domain import metrics
from app.domain.bridge import CampaignState
from app.domain.event_names import EventType, Feature
from app.domain.grants import RewardState, RewardType
from app.domain.records import Stamp, XpEntry
from app.domain.reversals import EventMemory, GivenStamp, GivenXp, Review, ReviewKind, those_of
from app.domain.rewards import StoredReward
from app.domain.rule_book import RuleBook
from app.domain.season import FREE_TRACK, Progress, Season, StampSource
from app.domain.season_options import OVERFLOW
from app.flows.steps.decision import Decision
from app.flows.steps.premium import revoke_premium
from app.flows.steps.reverse_reward import reverse_reward
from app.flows.steps.stored_rewards import put_in_state
from app.flows.steps.uncount import SCORE_LESS, Counted, Lost, Uncounter

View = dict[str, Any]
# behind the operation id, or the stamp's key, of what is taken back
BACK = ":BACK"
COUNTED_SOURCES = frozenset({"RULE", "SEASON", "MISSION", "BRIDGE"})


@dataclass(slots=True)
class Stock:
    """What one player has that may be taken back, read under their lock: rewards that stand, and XP, by operation.

    `accounts` are the player's own number and those of accounts that became part of theirs.
    """

    accounts: tuple[int, ...]
    rewards: dict[str, StoredReward] = field(default_factory=dict)
    xp: dict[str, GivenXp] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """An event that came before: what the rules gave for it, and what is remembered since."""

    user_id: int
    memory: EventMemory
    operations: list[str]
    effects: list[View]
    rewards: list[StoredReward]
    stamps: list[GivenStamp]
    keys: list[dict[str, Any]]

    def stamp_operations(self, accounts: Iterable[int]) -> list[str]:
        """The operations of its stamps' XP, under each of these accounts."""
        return [
            f"STAMP:{stamp.season_id}:{account}:{stamp.period_key}" for stamp in self.stamps for account in accounts
        ]


@dataclass(slots=True)
class Undo:
    """One reversal of one player. `by` is our id of the event that demands it; None: an operator does, and decides."""

    decision: Decision
    rules: RuleBook
    seasons: Mapping[int, Season]
    stock: Stock
    by: str | None
    xp: int = 0
    levels: list[int] = field(default_factory=list)
    lost_missions: list[str] = field(default_factory=list)
    owed: dict[str, int] = field(default_factory=dict)
    # what followed from it, and was taken back as well
    followed: list[str] = field(default_factory=list)
    asked: dict[str, Review] = field(default_factory=dict)

    def reward(self, reward: StoredReward) -> View:
        """Takes one reward back, or gives it up where it was not delivered; returns how it stands then."""
        view: View = {"operation_id": reward.operation_id, **reward.grant.view()}
        # what was delivered later, or by a settlement, counted for nothing
        was_counted = reward.source in COUNTED_SOURCES and reward.updated_at == reward.created_at
        if self.stock.rewards.pop(reward.operation_id, None) is None:
            return view | {"state": reward.state.value, "skipped": "REWARD_STATE"}
        if reward.state is RewardState.APPROVAL:
            put_in_state(self.decision, reward, RewardState.REJECTED)
            return view | {"state": RewardState.REJECTED.value}
        if reward.state is RewardState.GRANTED and reward.grant.reward_type is RewardType.XP:
            put_in_state(self.decision, reward, RewardState.REVERSED)
            self.xp_of(reward.operation_id, was_counted=was_counted)
            return view | {"state": RewardState.REVERSED.value}
        owed = reverse_reward(self.decision, reward, may_owe=True)
        token = reward.grant.wallet_token
        if owed and token is not None:
            self.owed[token] = self.owed.get(token, 0) + owed
            view["owed"] = owed
        if was_counted and reward.state is RewardState.GRANTED and reward.grant.reward_type is RewardType.POINT:
            self.count(Counted(metrics.POINT, reward.grant.amount, reward.updated_at))
        return view | {"state": RewardState.REVERSED.value}

    def xp_of(self, operation_id: str, *, was_counted: bool = True) -> None:
        """Takes the XP of an operation back, all of it, and with it the levels and bonuses that it carried."""
        given = self.stock.xp.pop(operation_id, None)
        if given is None:
            return
        player, now, season = self.decision.player, self.decision.now, self.seasons[given.season_id]
        progress = self.decision.changes.touch(player, season.id)
        taken = min(given.delta, progress.current_xp)  # what two accounts had for one cause counts once: they are one
        if taken <= 0:
            return
        progress.current_xp -= taken
        self.xp += taken
        is_of_today = self._give_room_back(season, progress, given)
        entry = XpEntry(
            player.id, season.id, -taken, progress.current_xp, given.source, is_of_today, f"{operation_id}{BACK}", now,
        )  # fmt: skip
        self.decision.changes.xp.append(entry)
        self._lose_levels(season, progress, given)
        self._lose_overflow(season, progress)
        if was_counted:
            self.count(Counted(metrics.XP, taken, given.created_at))

    def _give_room_back(self, season: Season, progress: Progress, given: GivenXp) -> bool:
        """Under a daily cap, XP earned today may be earned again today; XP of another day is no room of today's.

        Returns whether the entry counts among what was earned today.
        """
        if not season.has_options:
            return given.is_earned
        counters = progress.counted_on(self.decision.today, self.decision.now)
        is_of_today = given.is_earned and given.created_at >= counters.counted_since
        if is_of_today:
            counters.earned_xp -= given.delta
        return is_of_today

    def _lose_levels(self, season: Season, progress: Progress, given: GivenXp) -> None:
        before, progress.current_level = progress.current_level, season.level_at(progress.current_xp)
        for level in range(before, progress.current_level, -1):
            self.levels.append(level)
            for track in (FREE_TRACK, *season.premium_tracks):
                self.lose_claim(season, track, level)
            facts = {"level": level, "season_id": season.id}
            reference = f"SEASON:{season.id}:{progress.user_id}:{level}"
            self.decision.log(EventType.SEASON_PASS_LEVEL_LOST, Feature.SEASON_PASS, reference, **facts)
            self.count(Counted(metrics.LEVEL_UP, 1, given.created_at))

    def lose_claim(self, season: Season, track: str, level: int) -> None:
        """Takes back what a level paid on a track, and lets it be paid anew."""
        progress = self.decision.player.progress_in(season.id)
        if (track, level) not in progress.claimed:
            return
        progress.claimed.discard((track, level))
        self.decision.changes.lost_claims[progress.user_id, season.id, track, level] = self.decision.now
        taken = self._follow_of(lambda account: f"SEASON:{season.id}:{account}:{track}:{level}")
        if not season.level(level).auto_claim and track == FREE_TRACK and taken:
            self.count(Counted(metrics.CLAIM, 1, taken[0].created_at))

    def _lose_overflow(self, season: Season, progress: Progress) -> None:
        if season.overflow is None or progress.counters is None:
            return
        due = season.overflow_bonuses_at(progress.current_xp)
        while progress.counters.overflow_bonuses > due:
            number = progress.counters.overflow_bonuses
            progress.counters.overflow_bonuses -= 1
            self.follow(f"SEASON:{season.id}:{progress.user_id}:{OVERFLOW}:{number}")

    def follow(self, cause: str, *, continued: str = "#~") -> list[StoredReward]:
        """Takes back every reward of a cause that is lost; returns them as they were."""
        rewards = [self.stock.rewards[one] for one in those_of(self.stock.rewards, cause, continued=continued)]
        for reward in rewards:
            if reward.operation_id in self.stock.rewards:  # one before it may have brought it down already
                self.reward(reward)
                self.followed.append(reward.operation_id)
        return rewards

    def _follow_of(self, cause: Callable[[int], str]) -> list[StoredReward]:
        """As `follow`, under whichever of the player's accounts it was given."""
        return next((taken for account in self.stock.accounts if (taken := self.follow(cause(account)))), [])

    def count(self, counted: Counted) -> None:
        """Takes a count back from missions, boards and teams, and what completed missions gave for it."""
        decision = self.decision
        for lost in Uncounter(decision, self.rules.goals, self.seasons, self.ask).take(counted):

            def cause(account: int, lost: Lost = lost) -> str:
                return lost.mission.operation_id(account, lost.period_key, lost.number)

            self.lost_missions.append(lost.mission.code)
            facts = {"mission": lost.mission.code, "period": lost.period_key, "number": lost.number}
            decision.log(EventType.MISSION_LOST, None, cause(decision.player.id), **facts)
            taken = self._follow_of(cause) if lost.was_claimed else []
            at = taken[0].created_at if taken else counted.at
            if not lost.mission.config.counts_missions:
                self.count(Counted(metrics.MISSION, 1, at))
            if lost.was_claimed and not lost.mission.is_auto:
                self.count(Counted(metrics.CLAIM, 1, at))

    def stamp(self, stamp: GivenStamp) -> None:
        """Takes a stamp back: a mark that counts against it, and its XP."""
        player, now = self.decision.player, self.decision.now
        progress = self.decision.changes.touch(player, stamp.season_id)
        progress.total_stamps -= stamp.stamp_count
        names = [f"STAMP:{stamp.season_id}:{account}:{stamp.period_key}" for account in self.stock.accounts]
        operation_id = next((name for name in names if name in self.stock.xp), names[0])
        given = self.stock.xp.get(operation_id)
        self.decision.changes.stamps.append(
            Stamp(
                player.id, stamp.season_id, f"{stamp.period_key}{BACK}", StampSource.HOST_EVENT, stamp.event_type,
                stamp.stamp_date, -stamp.stamp_count, -stamp.xp_earned, now,
            )
        )  # fmt: skip
        self.xp_of(operation_id)
        self.count(Counted(metrics.STAMP, stamp.stamp_count, now if given is None else given.created_at))

    def key(self, key: Mapping[str, Any]) -> str:
        """Takes a bridge key back with what it gave at once; after the settlement a person decides."""
        player = self.decision.player
        campaign = next((one for one in self.rules.bridges if one.id == key["campaign_id"]), None)
        if campaign is None or campaign.state is not CampaignState.OPEN:
            self.ask(ReviewKind.BRIDGE, f"BRIDGE:{key['code']}:{player.id}", {"key_event": key["event_type"]})
            return str(key["event_type"])
        player.bridge_days.discard((campaign.id, key["day"]))
        self.decision.changes.lost_keys[campaign.id, player.id, key["event_type"]] = self.decision.now
        self.decision.changes.count_keys(
            player, player.event_key_count - 1, player.event_pending_points - key["points"]
        )  # fmt: skip
        self.follow(campaign.operation_id(player.id, key["event_type"]))
        return str(key["event_type"])

    def end_pass(self, season: Season, track: str) -> bool:
        """Ends a premium track. What it paid stays, as an upgrade promises, until a person says otherwise."""
        own, self.decision.season = self.decision.season, season
        try:
            is_ended = revoke_premium(self.decision, track)
        except AppError:  # the track was taken out of the season meanwhile
            is_ended = False
        self.decision.season = own
        cause = f"SEASON:{season.id}:{self.decision.player.id}:{track}"
        if paid := those_of(self.stock.rewards, cause, continued=":"):
            self.ask(ReviewKind.PREMIUM, cause, {"track": track, "season_id": season.id, "rewards": len(paid)})
        return is_ended

    def ask(self, kind: ReviewKind, operation_id: str, facts: Mapping[str, Any]) -> None:
        """Leaves something to a person, once for each event and operation: what a score is less by adds up.

        Nobody is asked where a person demands the reversal: they are told.
        """
        before = self.asked.get(operation_id)
        if before is not None:
            if SCORE_LESS in facts:
                before.facts[SCORE_LESS] += facts[SCORE_LESS]
            return
        player, now = self.decision.player, self.decision.now
        self.asked[operation_id] = Review(player.id, kind, operation_id, self.by or "", dict(facts), now)
        if self.by is not None:
            self.decision.changes.reviews.append(self.asked[operation_id])

    def finish(self) -> None:
        """Notes that something was taken back: what is earned again has operation ids of its own from now on."""
        player = self.decision.player
        player.reversals += 1
        self.decision.changes.reversals[player.id] = player.reversals

    def view(self) -> View:
        """What followed, as far as anything did."""
        found: Sequence[tuple[str, Any]] = (
            ("levels_lost", self.levels), ("missions_lost", self.lost_missions), ("owed", self.owed),
            ("rewards_lost", self.followed), ("waits_for_review", list(self.asked)),
        )  # fmt: skip
        return {name: value for name, value in found if value}
