"""Applying rules to one event of one player: what bounds each rule, then each of its effects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.errors import AppError
from app.domain.event_names import EventType
from app.domain.grants import Grant, RewardType
from app.domain.host_events import HostEvent
from app.domain.records import RuleHit
from app.domain.rule_book import RuleBook
from app.domain.rule_config import (
    BridgeKeyEffect,
    CountEffect,
    PremiumEffect,
    ReverseEffect,
    RewardEffect,
    StampEffect,
    XpEffect,
)
from app.domain.rules import FIELD_MISSING, Guard, Marks, MarkWrite, Rule, Skipped, effect_target, keep, units
from app.domain.season import StampSource, XpSource
from app.domain.wallet import Reason
from app.flows.steps.collect_keys import collect_host_key
from app.flows.steps.decision import Decision
from app.flows.steps.grant_rewards import give_xp, grant_rewards
from app.flows.steps.premium import grant_premium, revoke_premium
from app.flows.steps.revoke_events import Revocables, revoke_event
from app.flows.steps.stamp_season import add_stamp

RULE_SOURCE = "RULE"
XP_CAP = "DAILY_XP_CAP"  # of the season
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule that takes the event, and what bounds it there."""

    rule: Rule
    guard: Guard


@dataclass(frozen=True, slots=True)
class Ground:
    """What all events of a call stand on: the operators' rules, what rules remember, what is taken back."""

    rules: RuleBook
    marks: Marks
    revocables: Revocables


@dataclass(frozen=True, slots=True)
class Cause:
    """One effect of one rule for one event, about to be given. `times`: how many units it is worth."""

    event: HostEvent
    ground: Ground
    times: int
    operation_id: str


@dataclass(slots=True)
class Outcome:
    """What became of an event: effects (those left out say why), rules that gave nothing and why, marks by rule."""

    effects: list[View] = field(default_factory=list)
    skipped: list[View] = field(default_factory=list)
    marks: dict[int, list[MarkWrite]] = field(default_factory=dict)


def apply_rules(decision: Decision, ground: Ground, event: HostEvent, matched: Sequence[Matched]) -> Outcome:
    """Gives what these rules give for the event; returns what was given, what was not and why, and the marks.

    An effect that can't be given (no season on that day, no such track) is left out with its reason; where that is so
    of all effects of a rule, the event doesn't count for the rule's bounds either. What a bound cut off stands behind
    what was given, with its reason.
    """
    outcome = Outcome()
    for found in matched:
        rule, writes = found.rule, found.guard.writes
        try:
            times = units(rule, event, found.guard, ground.marks, decision.player.id)
        except Skipped as reason:
            outcome.skipped.append({"rule": rule.code, "reason": reason.reason})
            _remember(decision, ground, outcome, rule, reason.writes)
            continue
        given = _give(decision, Cause(event, ground, times, rule.operation_id(event)), rule)
        done = [view for view in given if "skipped" not in view]
        left_out = _left_out(rule, found.guard) if done else []
        outcome.effects += [{"rule": rule.code, "version": rule.version, **view} for view in (*given, *left_out)]
        if done:
            _remember(decision, ground, outcome, rule, writes)
            decision.changes.rule_hits.append(
                RuleHit(event.key, rule.id, rule.version, decision.player.id, event.day, times, done)
            )
    return outcome


def _remember(
    decision: Decision, ground: Ground, outcome: Outcome, rule: Rule, writes: Sequence[tuple[str, int]]
) -> None:
    """Notes what the rule remembers of the player from now on, and what stood there before."""
    if not writes:
        return
    player_id = decision.player.id
    outcome.marks[rule.id] = [(slot, ground.marks.get((player_id, rule.id, slot)), value) for slot, value in writes]
    decision.changes.rule_marks.update(keep(rule, writes, ground.marks, player_id))


def _left_out(rule: Rule, guard: Guard) -> list[View]:
    """Each effect once more for the units that a bound left out, with the bound as the reason."""
    return [
        {"kind": effect.kind, "skipped": reason, "units": units_left}
        for reason, units_left in guard.left_out
        for effect in rule.config.effects
    ]


def note_event(decision: Decision, event: HostEvent, effects: Sequence[View]) -> None:
    """Notes in the player's log that the event gave something."""
    rules = sorted({effect["rule"] for effect in effects if "rule" in effect})
    decision.log(EventType.HOST_EVENT, None, f"EVENT:{event.key}", type=event.type, rules=rules)


def _give(decision: Decision, first: Cause, rule: Rule) -> list[View]:
    views = []
    for number, effect in enumerate(rule.config.effects, start=1):
        cause = first if number == 1 else replace(first, operation_id=f"{first.operation_id}#{number}")
        try:
            view = {"kind": effect.kind, **GIVERS[type(effect)](decision, effect, cause)}
            cut = view.pop("cut", 0)
            views.append(view)
            if cut:
                views.append({"kind": effect.kind, "skipped": XP_CAP, "left_out": cut})
        except AppError as refusal:  # raised before its first record: see `Decision`
            views.append({"kind": effect.kind, "skipped": refusal.code})
    return views


def _xp(decision: Decision, effect: XpEffect, cause: Cause) -> View:
    _require_season(decision)
    season_id = decision.known_season.id
    decision.passed += decision.approval.worth([Grant(RewardType.XP, effect.amount * cause.times)])
    reached = give_xp(
        decision,
        effect.amount * cause.times,
        operation_id=cause.operation_id,
        source=XpSource.HOST_EVENT,
        is_earned=True,
    )
    given = _xp_of(decision, cause.operation_id)
    wanted = effect.amount * cause.times
    view: View = {"amount": given, "season_id": season_id}
    if given == 0:
        return view | {"skipped": XP_CAP, "left_out": wanted}
    view["cut"] = wanted - given
    return view | ({"levels": [item.level.level for item in reached]} if reached else {})


def _xp_of(decision: Decision, operation_id: str) -> int:
    """What was really added: less than wanted under the season's daily cap. Levels may have added more behind it."""
    for entry in reversed(decision.changes.xp):
        if entry.operation_id == operation_id:
            return entry.delta
    return 0


def _stamp(decision: Decision, effect: StampEffect, cause: Cause) -> View:
    _require_season(decision)
    stamped = add_stamp(
        decision,
        period_key=cause.operation_id,
        source=StampSource.HOST_EVENT,
        event_type=cause.event.type,
        bonus_xp=effect.bonus_xp * cause.times,
        count=effect.count * cause.times,
        on=cause.event.day,
    )
    season, added = decision.known_season, stamped["xp_added"]
    wanted = season.base_xp_per_stamp * effect.count * cause.times + effect.bonus_xp * cause.times
    return {"count": stamped["added_stamp"], "xp_added": added, "season_id": season.id, "cut": wanted - added}


def _reward(decision: Decision, effect: RewardEffect, cause: Cause) -> View:
    grant = effect.grant(times=cause.times)
    (state,) = grant_rewards(
        decision, [grant], operation_id=cause.operation_id, source=RULE_SOURCE, reason=Reason.RULE_REWARD
    )
    return {**grant.view(), "state": state.value}


def _bridge_key(decision: Decision, effect: BridgeKeyEffect, cause: Cause) -> View:
    key_event = collect_host_key(
        decision,
        cause.ground.rules,
        host_event_type=effect.host_event_type or cause.event.type,
        cause=f"EVENT:{cause.event.key}",
        on=cause.event.day,
    )
    return {"key_event": key_event} if key_event is not None else {"skipped": "NO_KEY"}


def _premium(decision: Decision, effect: PremiumEffect, cause: Cause) -> View:
    _require_season(decision)
    change = grant_premium if effect.is_owned else revoke_premium
    is_changed = change(decision, effect.track)
    return {
        "track": effect.track,
        "is_owned": effect.is_owned,
        "is_changed": is_changed,
        "season_id": decision.known_season.id,
    }


def _count(decision: Decision, effect: CountEffect, cause: Cause) -> View:
    """Missions and boards take it from here: see `settle_counts`."""
    amount = effect.amount * cause.times
    decision.count(effect.metric, amount, at=cause.event.time)
    return {"metric": effect.metric, "amount": amount}


def _reverse(decision: Decision, effect: ReverseEffect, cause: Cause) -> View:
    name = effect_target(effect, cause.event)
    if name is None:
        return {"skipped": FIELD_MISSING}
    ground = cause.ground
    return revoke_event(decision, ground.rules, ground.revocables, name, by=cause.event.key, marks=ground.marks)


def _require_season(decision: Decision) -> None:
    if decision.season is None:
        raise AppError("NO_ACTIVE_SEASON")


GIVERS: dict[type, Callable[[Decision, Any, Cause], View]] = {
    XpEffect: _xp,
    StampEffect: _stamp,
    RewardEffect: _reward,
    BridgeKeyEffect: _bridge_key,
    PremiumEffect: _premium,
    CountEffect: _count,
    ReverseEffect: _reverse,
}
