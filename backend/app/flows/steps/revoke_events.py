"""Taking back what an event gave, because its host says that it counts no more (a refund, a correction)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.event_names import EventType
from app.domain.goals import Goals
from app.domain.player import PlayerState
from app.domain.records import EventRevocation
from app.domain.rule_book import RuleBook
from app.domain.rules import EventName, MarkKey, Marks, release
from app.domain.season import Season
from app.flows.steps.decision import Decision
from app.flows.steps.load_stocks import load_stocks
from app.flows.steps.uncount import Counted
from app.flows.steps.undo import Stock, Target, Undo
from app.services import Services

View = dict[str, Any]
MOST_EFFECTS = 10  # of a rule: the numbers that operation ids may end with
IS_REVERSAL = "IS_REVERSAL"


@dataclass(slots=True)
class Revocables:
    """The events that are to be taken back, as far as they came, and those that were taken back before."""

    host_id: int = 0
    targets: Mapping[EventName, Target] = field(default_factory=dict)
    # the players of all that came, whoever is said to have caused them
    owners: Mapping[EventName, int] = field(default_factory=dict)
    revoked: dict[EventName, int] = field(default_factory=dict)
    # of the call under way: events that one beside them takes back give nothing to begin with
    announced: Mapping[EventName, int] = field(default_factory=dict)
    # by player: what may go with it
    stocks: dict[int, Stock] = field(default_factory=dict)
    seasons: Mapping[int, Season] = field(default_factory=dict)

    def is_revoked(self, name: EventName, user_id: int) -> bool:
        """True when this event of this player counts no more."""
        return user_id in (self.revoked.get(name), self.announced.get(name))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a reversal plays on: locked players, every season that one of them took part in, the goals, the marks."""

    players: Mapping[int, PlayerState]
    seasons: Mapping[int, Season]
    goals: Goals
    marks: Marks


async def load_revocables(
    keepers: Services, host_id: int, names: Iterable[EventName], announced: Mapping[EventName, int], scene: Scene
) -> Revocables:
    """What must be known to take back `announced`, and whether any event of the call was taken back before.

    The players are locked: their locks guard what is read here. Of those who lose something the missions and teams are
    read whole, and what rules remember for the events joins the scene's marks.
    """
    revoked = await keepers.host_event.revoked(host_id, sorted({*names, *announced}))
    known = await keepers.host_event.known(host_id, sorted(announced))
    found = Revocables(host_id, {}, {}, revoked, announced, {}, scene.seasons)
    found.owners = {name: event.user_id for name, event in known.items()}
    came = {name: event.key for name, event in known.items() if event.user_id == announced[name]}
    if came:
        losers = {announced[name]: scene.players[announced[name]] for name in came}
        found.targets = await _targets(keepers, came, announced)
        found.stocks = await load_stocks(keepers, losers, scene.goals, found.targets.values())
        scene.marks.update(await keepers.rule_state.marks(_slots(found.targets.values()) - scene.marks.keys()))
    return found


async def _targets(
    keepers: Services, came: Mapping[EventName, str], owners: Mapping[EventName, int]
) -> dict[EventName, Target]:
    """Everything that these events gave, by name; `came` says our id of each."""
    hits = await keepers.rule_state.hits_of(came.values())
    memories = {memory.key: memory for memory in await keepers.host_event.memories(list(came.values()))}
    operations = {
        key: [operation for hit in hits.get(key, ()) for operation in operations_of(hit["rule"], key)]
        for key in came.values()
    }
    everything = [operation for several in operations.values() for operation in several]
    rewards = await keepers.reward.lock_named(everything) if everything else {}
    targets = {}
    for name, key in came.items():
        user_id, own = owners[name], operations[key]
        targets[name] = Target(
            user_id,
            memories[key],
            own,
            [effect for hit in hits.get(key, ()) for effect in hit["effects"]],
            [rewards[operation] for operation in own if operation in rewards],
            await keepers.season_pass.stamps_of(user_id, own) if own else [],
            await keepers.bridge.keys_caused_by(user_id, [f"EVENT:{key}"]),
        )
    return targets


def _slots(targets: Iterable[Target]) -> set[MarkKey]:
    return {
        (target.user_id, int(rule_id), slot)
        for target in targets
        for rule_id, writes in target.memory.marks.items()
        for slot, _, _ in writes
    }


def operations_of(rule: str, event_key: str) -> list[str]:
    """Every operation id that a rule can have given for an event."""
    base = f"RULE:{rule}:{event_key}"
    return [base, *(f"{base}#{number}" for number in range(2, MOST_EFFECTS + 1))]


def revoke_event(
    decision: Decision, rules: RuleBook, revocables: Revocables, name: EventName, *, by: str, marks: Marks
) -> View:
    """Takes back everything that the event gave; one that has not come yet will give nothing. What a reversal took back
    is not given again: send the purchase under an id of its own.

    Rewards, XP with the levels that it carried, stamps, bridge keys and counts go, and what levels and missions paid
    for them; what was spent is owed. The bounds of the rules are released, so that a corrected event counts. Premium
    that the event gave ends; what it paid, ranks of windows that ended and a settled bridge wait for a person. `by` is
    our id of the event that demands it.
    """
    if name in revocables.revoked:
        return {"event": name[1], "skipped": "EVENT_REVOKED"}
    if revocables.owners.get(name, decision.player.id) != decision.player.id:
        return {"event": name[1], "skipped": "NOT_FOUND"}
    target = revocables.targets.get(name)
    if target is not None and any(effect["kind"] == "REVERSE" for effect in target.effects):
        return {"event": name[1], "skipped": IS_REVERSAL}
    revocables.revoked[name] = decision.player.id
    decision.changes.event_revocations.append(
        EventRevocation(revocables.host_id, *name, decision.player.id, by, decision.now)
    )
    if target is None:
        return {"event": name[1], "is_known": False}
    stock = revocables.stocks[decision.player.id]
    view = _take_back(Undo(decision, rules, revocables.seasons, stock, by), target)
    decision.changes.rule_marks.update(release(target.memory.marks, marks, decision.player.id))
    reference = f"EVENT:{target.memory.key}"
    decision.log(EventType.HOST_EVENT_REVERSED, None, reference, by=by, **view)
    return {"event": name[1], "is_known": True, **view}


def _take_back(undo: Undo, target: Target) -> View:
    """Takes back each thing that the event gave; returns what was taken, and what followed from it."""
    memory = target.memory
    rewards = [undo.reward(reward) for reward in target.rewards]
    for operation in target.operations:
        undo.xp_of(operation)
    for stamp in target.stamps:
        undo.stamp(stamp)
    keys = [undo.key(key) for key in target.keys]
    counts, passes = [], []
    for effect in target.effects:
        if effect["kind"] == "COUNT":
            counts.append({"metric": effect["metric"], "amount": effect["amount"]})
            undo.count(Counted(effect["metric"], effect["amount"], memory.time))
        if effect["kind"] == "PREMIUM" and effect["is_owned"] and effect["is_changed"]:
            season = undo.seasons.get(effect["season_id"])
            if season is not None and undo.end_pass(season, effect["track"]):
                passes.append(effect["track"])
    undo.finish()
    found = {"stamps": sum(stamp.stamp_count for stamp in target.stamps), "keys": keys, "counts": counts}
    more = {name: value for name, value in found.items() if value} | undo.view()
    return {"rewards": rewards, "xp": undo.xp, "passes": passes, **more}
