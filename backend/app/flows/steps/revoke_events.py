"""Taking back what an event gave, because its host says that it counts no more (a refund, a correction)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import AppError
from app.domain.grants import RewardState
from app.domain.records import EventRevocation, XpEntry
from app.domain.rewards import StoredReward
from app.domain.rule_book import RuleBook
from app.domain.rules import EventName
from app.domain.season import Progress, Season, XpSource
from app.flows.steps.decision import Decision
from app.flows.steps.premium import revoke_premium
from app.flows.steps.reverse_reward import reverse_reward
from app.services import Services

View = dict[str, Any]
MOST_EFFECTS = 10  # of a rule: the numbers that operation ids may end with


@dataclass(frozen=True, slots=True)
class Target:
    """An event that came before: whose it is, what the rules gave for it, and where its rewards stand."""

    user_id: int
    effects: list[View]
    rewards: list[StoredReward]


@dataclass(slots=True)
class Revocables:
    """The events that are to be taken back, as far as they came, and those that were taken back before."""

    host_id: int = 0
    targets: Mapping[EventName, Target] = field(default_factory=dict)
    revoked: dict[EventName, int] = field(default_factory=dict)
    # of the call under way: events that one beside them takes back give nothing to begin with
    announced: Mapping[EventName, int] = field(default_factory=dict)

    def is_revoked(self, name: EventName, user_id: int) -> bool:
        """True when this event of this player counts no more."""
        return user_id in (self.revoked.get(name), self.announced.get(name))


async def load_revocables(
    keepers: Services, host_id: int, names: Iterable[EventName], announced: Mapping[EventName, int]
) -> Revocables:
    """What must be known to take back `announced`, and whether any event of the call was taken back before.

    The players are locked: their locks guard what is read here.
    """
    revoked = await keepers.host_event.revoked(host_id, sorted({*names, *announced}))
    came = await keepers.host_event.known(host_id, sorted(announced))
    hits = await keepers.rule_state.hits_of([event.key for event in came.values()]) if came else {}
    operations = {
        key: [operation for hit in several for operation in operations_of(hit["rule"], key)]
        for key, several in hits.items()
    }
    wanted = [operation for several in operations.values() for operation in several]
    rewards = await keepers.reward.lock_named(wanted) if wanted else {}
    targets = {
        name: Target(
            event.user_id,
            [effect for hit in hits.get(event.key, ()) for effect in hit["effects"]],
            [rewards[operation] for operation in operations.get(event.key, ()) if operation in rewards],
        )
        for name, event in came.items()
    }
    return Revocables(host_id, targets, revoked, announced)


def operations_of(rule: str, event_key: str) -> list[str]:
    """Every operation id that a rule can have given for an event."""
    base = f"RULE:{rule}:{event_key}"
    return [base, *(f"{base}#{number}" for number in range(2, MOST_EFFECTS + 1))]


def revoke_event(
    decision: Decision, rules: RuleBook, revocables: Revocables, name: EventName, *, by: str, operation_id: str
) -> View:
    """Takes back what the event gave, as far as that is possible; one that has not come yet will give nothing.

    Tokens and points that were spent stay spent, and say so. XP goes down to the threshold of the level that was
    reached: a level stays reached, and what it paid stays paid. Premium that the event gave ends. Stamps, bridge keys
    and counted metrics stay. `by` is our id of the event that demands it.
    """
    if name in revocables.revoked:
        return {"event": name[1], "skipped": "EVENT_REVOKED"}
    target = revocables.targets.get(name)
    if target is not None and target.user_id != decision.player.id:
        return {"event": name[1], "skipped": "NOT_FOUND"}
    revocables.revoked[name] = decision.player.id
    decision.changes.event_revocations.append(
        EventRevocation(revocables.host_id, *name, decision.player.id, by, decision.now)
    )
    if target is None:
        return {"event": name[1], "is_known": False}
    seasons = {season.id: season for season in rules.seasons}
    return {
        "event": name[1],
        "is_known": True,
        "rewards": [_take_reward(decision, reward) for reward in target.rewards],
        "xp": _take_xp(decision, seasons, target.effects, operation_id),
        "passes": _end_passes(decision, seasons, target.effects),
    }


def _take_reward(decision: Decision, reward: StoredReward) -> View:
    view: View = {"operation_id": reward.operation_id, **reward.grant.view()}
    try:
        reverse_reward(decision, reward)
    except AppError as refusal:
        return view | {"state": reward.state.value, "skipped": refusal.code}
    return view | {"state": RewardState.REVERSED.value}


def _take_xp(decision: Decision, seasons: Mapping[int, Season], effects: Iterable[View], operation_id: str) -> int:
    """Takes the event's XP back, season by season; returns how much."""
    given: dict[int, int] = {}
    for effect in effects:
        if effect["kind"] in {"XP", "STAMP"}:
            season_id = effect["season_id"]
            given[season_id] = given.get(season_id, 0) + (effect.get("amount") or effect.get("xp_added") or 0)
    taken_in_all = 0
    for season_id, amount in sorted(given.items()):
        season = seasons.get(season_id)
        if season is None:  # long over: nothing of it moves any more
            continue
        progress = decision.player.progress_in(season_id)
        taken = min(amount, progress.current_xp - _held_xp(season, progress))
        if taken <= 0:
            continue
        decision.changes.touch(decision.player, season_id).current_xp -= taken
        entry = XpEntry(
            decision.player.id,
            season_id,
            -taken,
            progress.current_xp,
            XpSource.HOST_EVENT,
            True,
            f"{operation_id}:{season_id}",
            decision.now,
        )
        decision.changes.xp.append(entry)
        taken_in_all += taken
    return taken_in_all


def _held_xp(season: Season, progress: Progress) -> int:
    """The XP that levels and overflow bonuses were paid for: it stays."""
    if progress.current_level == 0:
        return 0
    held = season.levels[progress.current_level - 1].required_xp
    if season.overflow is not None and progress.counters is not None:
        held += progress.counters.overflow_bonuses * season.overflow.every_xp
    return held


def _end_passes(decision: Decision, seasons: Mapping[int, Season], effects: Iterable[View]) -> list[str]:
    """Ends the premium tracks that the event gave."""
    ended, own = [], decision.season
    for effect in effects:
        if effect["kind"] != "PREMIUM" or not (effect["is_owned"] and effect["is_changed"]):
            continue
        decision.season = seasons.get(effect["season_id"])
        if decision.season is not None and revoke_premium(decision, effect["track"]):
            ended.append(effect["track"])
    decision.season = own
    return ended
