"""The only payer: turns Grants into reward rows, ledger entries and XP. XP may open levels, which grant in turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.invariants import require
from app.domain import metrics
from app.domain.entitlements import NewEntitlement
from app.domain.event_names import EventType, Feature, Topic
from app.domain.grants import NOTHING, Grant, RewardState, RewardType
from app.domain.records import CouponWish, LevelClaim, Reward, XpEntry
from app.domain.rewards import RewardChange, StoredReward, next_try_at
from app.domain.season import FREE_TRACK, Level, XpSource, add_xp, room_under_cap
from app.domain.season_options import OVERFLOW
from app.domain.wallet import Reason, move
from app.flows.steps.debts import repay
from app.flows.steps.decision import Decision
from app.flows.steps.tell_reward import tell_reward

POSSESSIONS = frozenset({RewardType.ITEM, RewardType.BADGE})
AT_ONCE = POSSESSIONS | {RewardType.ENTITLEMENT}


@dataclass(frozen=True, slots=True)
class LevelReached:
    """A level that XP has just opened. `claimed_at` is set when its rewards were given at once."""

    level: Level
    tracks: tuple[str, ...]
    claimed_at: datetime | None


def grant_rewards(
    decision: Decision,
    grants: Sequence[Grant],
    *,
    operation_id: str,
    source: str,
    reason: Reason,
    is_approved: bool = False,
) -> tuple[RewardState, ...]:
    """Records every grant and moves its value; returns where each one stands.

    `operation_id` is the permanent cause; the second and later grants of a bundle get `#2`, `#3`, … behind it, so
    every reward row has its own. POINT and TOKEN enter the wallet now, XP the season now; of an ITEM or a BADGE the row
    itself is the possession. What can't be delivered yet waits as PENDING. A COUPON takes its codes when everything is
    saved: it says PENDING here, and is GRANTED by then unless its pool is empty.

    What is marked so waits for a person as APPROVAL, and so does the whole bundle when it makes what the player gets
    from one cause without a second person worth more than the threshold. `is_approved`: a person has let it pass
    already, such as the payout of a campaign with the campaign.
    """
    given = [grant for grant in grants if grant.is_something]
    waits = not is_approved and _wait_together(decision, given)
    states = []
    for number, grant in enumerate(given, start=1):
        own_id = operation_id if number == 1 else f"{operation_id}#{number}"
        state = RewardState.APPROVAL if waits or grant.needs_approval else _delivery(decision, grant)[0]
        due = next_try_at(grant, 1, decision.now) if state is RewardState.PENDING else None
        decision.changes.rewards.append(
            Reward(
                decision.player.id, own_id, source, grant, state, decision.now, reason, decision.requested_by, due
            )
        )  # fmt: skip
        if state is RewardState.GRANTED:
            _deliver(decision, grant, own_id, reason)
        if _takes_codes(grant, state):
            _wish(decision, grant, own_id, source, None)
        else:
            tell_reward(decision, grant, own_id, source, state)
        states.append(state)
    return tuple(states)


def deliver_stored(decision: Decision, reward: StoredReward, *, approved_by: str | None = None) -> RewardState:
    """Delivers a reward that waited, if that can be done now; returns where it stands.

    The caller has seen under the player's lock that it was neither delivered nor given up; `approved_by` is who let it
    pass just now. What still can't be delivered is PENDING with the reason, and due again later.
    """
    grant = reward.grant
    state, error = _delivery(decision, grant)
    attempts = reward.attempts if reward.state is RewardState.APPROVAL else reward.attempts + 1
    due = next_try_at(grant, attempts, decision.now) if state is RewardState.PENDING else None
    decision.changes.reward_changes.append(
        RewardChange(reward, state, attempts, error, approved_by or reward.approved_by, due, decision.now)
    )
    if state is RewardState.GRANTED:
        _deliver(decision, grant, reward.operation_id, reward.reason)
    if _takes_codes(grant, state):
        _wish(decision, grant, reward.operation_id, reward.source, reward.state)
    elif state is not reward.state or grant.reward_type is RewardType.HOST:
        tell_reward(decision, grant, reward.operation_id, reward.source, state)
    return state


def give_xp(
    decision: Decision, amount: int, *, operation_id: str, source: XpSource, is_earned: bool
) -> list[LevelReached]:
    """Adds XP to the running season, opens every level it reaches and pays the automatic ones, each exactly once.

    Earned XP ends at the season's daily cap; nothing left under it adds nothing. Past the last level it pays the
    overflow bonuses that were not paid yet.
    """
    season, player = decision.known_season, decision.player
    progress = decision.changes.touch(player, season.id)
    if is_earned and season.has_options:
        counters = progress.counted_on(decision.today, decision.now)
        amount = room_under_cap(season, counters, amount)
        counters.earned_xp += amount
    if amount == 0:
        return []
    opened = add_xp(season, progress, amount)
    at = progress.counted_at(decision.now)
    decision.changes.xp.append(
        XpEntry(player.id, season.id, amount, progress.current_xp, source, is_earned, operation_id, at)
    )
    decision.count(metrics.XP, amount)
    reached = [_open_level(decision, level) for level in opened]
    _pay_overflow(decision)
    return reached


def pay_level(decision: Decision, level: Level, track: str, *, is_auto: bool) -> tuple[RewardState, ...]:
    """Pays one level of one track and records the claim. The caller has checked that it is open and unpaid."""
    season, player = decision.known_season, decision.player
    decision.changes.claims.append(LevelClaim(player.id, season.id, track, level.level, is_auto, decision.now))
    player.progress_in(season.id).claimed.add((track, level.level))
    return grant_rewards(
        decision,
        level.grants(track),
        operation_id=player.again(f"SEASON:{season.id}:{player.id}:{track}:{level.level}"),
        source="SEASON",
        reason=Reason.SEASON_REWARD,
    )


def pay_bonus(decision: Decision, grants: Sequence[Grant], kind: str, number: int | str) -> tuple[RewardState, ...]:
    """Pays one bonus beside the levels: the n-th overflow bonus, or the milestone of a streak of n days."""
    season_id, user_id = decision.known_season.id, decision.player.id
    operation_id = f"SEASON:{season_id}:{user_id}:{kind}:{number}"
    return grant_rewards(decision, grants, operation_id=operation_id, source="SEASON", reason=Reason.SEASON_REWARD)


def level_views(reached: Sequence[LevelReached], claimed_at_text: str) -> list[dict[str, Any]]:
    """`rewards[]` of the contract: one line per grant of every level reached, on every track the player owns."""
    return [
        {
            "level": item.level.level,
            "track": track,
            **grant.view(),
            "auto_claim": int(item.level.auto_claim),
            "is_auto_claim": item.level.auto_claim,
            "claimed_at": None if item.claimed_at is None else claimed_at_text,
        }
        for item in reached
        for track in item.tracks
        for grant in item.level.grants(track) or (NOTHING,)
    ]


def _open_level(decision: Decision, level: Level) -> LevelReached:
    season_id = decision.known_season.id
    reference = f"SEASON:{season_id}:{decision.player.id}:{level.level}"
    decision.log(EventType.SEASON_PASS_LEVEL_UP, Feature.SEASON_PASS, reference, level=level.level, season_id=season_id)
    decision.count(metrics.LEVEL_UP)
    decision.announce(Topic.LEVEL_UP, season_id=season_id, level=level.level)
    owned = decision.player.progress_in(season_id).passes
    tracks = (FREE_TRACK, *(track for track in sorted(owned) if level.grants(track)))
    if not level.auto_claim:
        return LevelReached(level, tracks, None)
    for track in tracks:
        if (track, level.level) not in decision.player.progress_in(season_id).claimed:
            pay_level(decision, level, track, is_auto=True)
    return LevelReached(level, tracks, decision.now)


def _pay_overflow(decision: Decision) -> None:
    """Pays each bonus that the XP past the last level is worth and that has no number yet."""
    season, player = decision.known_season, decision.player
    progress = player.progress_in(season.id)
    due = season.overflow_bonuses_at(progress.current_xp)
    if season.overflow is None or due == 0:
        return
    counters = progress.counted_on(decision.today, decision.now)
    while counters.overflow_bonuses < due:
        counters.overflow_bonuses += 1
        number = player.again(str(counters.overflow_bonuses))
        pay_bonus(decision, season.overflow.grants, OVERFLOW, number)


def _wait_together(decision: Decision, grants: Sequence[Grant]) -> bool:
    """Whether a bundle waits for a person: with what its cause gave before it is worth more than the threshold.

    What waits by its own mark is not weighed: a person sees it anyway.
    """
    weighed = [grant for grant in grants if not grant.needs_approval]
    if decision.approval.waits(weighed, passed=decision.passed):
        return True
    decision.passed += decision.approval.worth(weighed)
    return False


def _delivery(decision: Decision, grant: Grant) -> tuple[RewardState, str | None]:
    """Where the grant stands once delivery is tried now, and what it waits for."""
    if grant.wallet_token is not None or grant.reward_type in AT_ONCE:
        return RewardState.GRANTED, None
    if grant.reward_type is RewardType.XP:
        return (RewardState.PENDING, "NO_ACTIVE_SEASON") if decision.season is None else (RewardState.GRANTED, None)
    return RewardState.PENDING, None


def _takes_codes(grant: Grant, state: RewardState) -> bool:
    return grant.reward_type is RewardType.COUPON and state is RewardState.PENDING


def _wish(decision: Decision, grant: Grant, operation_id: str, source: str, stood: RewardState | None) -> None:
    wish = CouponWish(
        decision.player.id, operation_id, source, grant, decision.request_id, decision.now, stood
    )  # fmt: skip
    decision.changes.coupon_wishes.append(wish)


def _deliver(decision: Decision, grant: Grant, operation_id: str, reason: Reason) -> None:
    if grant.reward_type in POSSESSIONS:
        return  # the reward's own row says who has it
    if grant.reward_type is RewardType.ENTITLEMENT:
        player, now = decision.player, decision.now
        issued = NewEntitlement(player.id, str(grant.code), operation_id, grant.amount, now)
        decision.changes.entitlements.append(issued)
        return
    if grant.reward_type is RewardType.XP:
        give_xp(decision, grant.amount, operation_id=operation_id, source=XpSource.REWARD, is_earned=False)
        return
    require(grant.wallet_token is not None, "what is delivered at once is XP or a token")
    if grant.reward_type is RewardType.POINT:
        decision.count(metrics.POINT, grant.amount)
    entry = move(
        decision.player.balances,
        user_id=decision.player.id,
        token_type=str(grant.wallet_token),
        delta=grant.amount,
        reason=reason,
        operation_id=operation_id,
        now=decision.now,
    )
    decision.changes.add_entry(entry)
    repay(decision, str(grant.wallet_token), grant.amount, operation_id)
