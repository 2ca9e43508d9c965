"""Rules as arithmetic: conditions, and what bounds a rule, whatever the order events come in."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from app.core.time_utils import KST
from app.domain.host_events import HostEvent
from app.domain.rule_config import RuleConfig
from app.domain.rules import Marks, Rule, Skipped, guard, keep, units

T0 = datetime(2025, 12, 10, 12, 0, tzinfo=KST)
KIM = 1


def event(data: dict[str, Any] | None = None, *, after: timedelta = timedelta()) -> HostEvent:
    return HostEvent("key", "e-1", "/tests", "t", "kim", T0 + after, data or {}, "{}")


def a_rule(**config: Any) -> Rule:
    whole = {"event_types": ["t"], "effects": [{"kind": "XP", "amount": 1}]} | config
    return Rule(1, "R", 1, None, RuleConfig.model_validate(whole))


def given(rule: Rule, events: Iterable[HostEvent], marks: Marks | None = None) -> list[int | str]:
    """What the rule gives for each event in turn: units, or why none."""
    marks, answers = {} if marks is None else marks, []
    for one in events:
        try:
            found = guard(rule, one)
            answers.append(units(rule, one, found, marks, KIM))
            keep(rule, found.writes, marks, KIM)
        except Skipped as reason:
            answers.append(reason.reason)
            keep(rule, reason.writes, marks, KIM)
    return answers


@pytest.mark.parametrize(
    ("field", "op", "value", "matches"),
    [
        ("data.n", "eq", 5, True), ("data.n", "eq", 5.0, True), ("data.n", "eq", "5", False), ("data.n", "ne", 6, True),
        ("data.n", "lt", 5, False), ("data.n", "lte", 5, True), ("data.n", "gt", 4.5, True),
        ("data.n", "gte", 6, False),
        ("data.n", "gt", "4", False), ("data.t", "gt", "a", True), ("data.n", "in", [1, 5], True),
        ("data.n", "not_in", [1, 5], False), ("data.flag", "eq", True, True), ("data.flag", "eq", 1, False),
        ("data.none", "ne", 1, False), ("data.none", "exists", False, True), ("data.n", "exists", True, True),
        ("data.null", "exists", False, True), ("data.list", "contains", "x", True),
        ("data.list", "contains", "y", False),
        ("data.t", "contains", "b", False), ("data.t", "starts_with", "bo", True), ("data.deep.er", "eq", 1, True),
        ("data.n.deeper", "exists", True, False), ("day", "eq", "2025-12-10", True), ("week", "eq", "2025-W50", True),
        ("weekday", "eq", 3, True), ("hour", "gte", 12, True), ("subject", "eq", "kim", True),
        ("source", "eq", "/tests", True),
    ],
)  # fmt: skip
def test_a_condition(field: str, op: str, value: Any, matches: bool) -> None:
    data = {"n": 5, "t": "book", "flag": True, "null": None, "list": ["x", 1], "deep": {"er": 1}}
    rule = a_rule(when=[{"field": field, "op": op, "value": value}])
    assert rule.matches(event(data)) is matches


def test_conditions_combine() -> None:
    over, book = {"field": "data.n", "op": "gt", "value": 1}, {"field": "data.t", "op": "eq", "value": "book"}
    for when, expected in [
        ([over, book], [True, False, False]), ([{"any": [over, book]}], [True, True, False]),
        ([{"not": book}, over], [False, True, False]), ([{"all": [over, {"not": book}]}], [False, True, False]),
    ]:  # fmt: skip
        rule = a_rule(when=when)
        documents = [{"n": 2, "t": "book"}, {"n": 2, "t": "x"}, {"n": 0, "t": "x"}]
        assert [rule.matches(event(data)) for data in documents] == expected


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"when": [{"field": "data.n", "op": "like", "value": 1}]}, "when.0.test.op"),
        ({"when": [{"field": "__class__", "op": "eq", "value": 1}]}, "when.0.test.field"),
        ({"when": [{"field": "data.n", "op": "in", "value": 1}]}, "when.0.test"),
        ({"when": [{"field": "data.n", "op": "gt", "value": True}]}, "when.0.test"),
        ({"when": [{"any": []}]}, "when.0.any.any"),
        ({"when": [{"not": {"not": {"not": {"not": {"field": "day", "op": "exists", "value": True}}}}}]}, "when"),
        ({"once_per": ["data"]}, "once_per.0"),
        ({"event_types": []}, "event_types"),
        ({"effects": []}, "effects"),
        ({"effects": [{"kind": "PYTHON", "code": "1"}]}, "effects.0"),
        ({"effects": [{"kind": "XP", "amount": 0}]}, "effects.0.XP.amount"),
        ({"effects": [{"kind": "REWARD", "reward_type": "XP", "reward_amount": 1}]}, "effects.0.REWARD"),
        ({"effects": [{"kind": "XP", "amount": 10**8}], "count": {"field": "data.n"}}, "(whole)"),
        ({"count": {"field": "data.n", "per": ["week"]}}, "count"),
        ({"count": {"field": "data.n", "is_cumulative": True}, "once_per": []}, "(whole)"),
        ({"cap_per_day": 0}, "cap_per_day"),
        ({"eval": "1"}, "eval"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        a_rule(**config)
    assert [".".join(map(str, e["loc"])) or "(whole)" for e in refusal.value.errors()][:1] == [field]


def test_once_per_key() -> None:
    rule = a_rule(once_per=["data.course"])
    courses = ["a", "b", "a", "b", 1, "1"]
    assert given(rule, [event({"course": c}) for c in courses]) == [1, 1, "ONCE", "ONCE", 1, 1]
    assert given(rule, [event({"course": "긴 이름" * 60})] * 2) == [1, "ONCE"]
    assert given(rule, [event(), event({"course": ["a"]})]) == ["FIELD_MISSING"] * 2
    assert given(a_rule(once_per=[]), [event(), event()]) == [1, "ONCE"]


def test_a_cap_is_of_the_events_own_day() -> None:
    rule = a_rule(cap_per_day=2)
    half_a_day = timedelta(hours=12)
    before, midnight = half_a_day - timedelta(microseconds=1), half_a_day
    stories = [event(), event(after=before), event(after=before), event(after=midnight), event(), event(after=midnight)]
    assert given(rule, stories) == [1, 1, "DAILY_CAP", 1, "DAILY_CAP", 1]


def test_minutes_up_to_a_cap() -> None:
    rule = a_rule(count={"field": "data.minutes"}, cap_per_day=60)
    assert given(rule, [event({"minutes": m}) for m in (25, 25.9, 25, 1)]) == [25, 25, 10, "DAILY_CAP"]
    assert given(rule, [event({"minutes": m}) for m in (-1, "9", None, 2**70, 0)]) == [
        "OUT_OF_RANGE", "NOT_A_NUMBER", "FIELD_MISSING", "OUT_OF_RANGE", "NOTHING_NEW",
    ]  # fmt: skip


def test_a_cooldown_holds_in_whatever_order_events_come() -> None:
    rule = a_rule(cooldown_seconds=60)
    seconds = [0, 59, 60, 1_000, 130, 119, -60, -59, 1_059]
    stories = [event(after=timedelta(seconds=s)) for s in seconds]
    assert given(rule, stories) == [1, "COOLDOWN", 1, 1, 1, "COOLDOWN", 1, "COOLDOWN", "COOLDOWN"]


def test_a_total_that_is_corrected_repeated_or_late_never_pays_twice() -> None:
    rule = a_rule(count={"field": "data.total", "step": 10, "is_cumulative": True})
    totals = [15, 19, 20, 20, 5, 12, 41, 39, 50]
    assert given(rule, [event({"total": t}) for t in totals]) == [
        1, "NOTHING_NEW", 1, "NOTHING_NEW", "NOTHING_NEW", "NOTHING_NEW", 2, "NOTHING_NEW", 1,
    ]  # fmt: skip


def test_a_total_of_its_own_for_each_week() -> None:
    rule = a_rule(count={"field": "data.total", "is_cumulative": True, "per": ["week"]})
    next_week = timedelta(days=5)
    stories = [(30, timedelta()), (10, next_week), (35, timedelta()), (12, next_week)]
    assert given(rule, [event({"total": t}, after=after) for t, after in stories]) == [30, 10, 5, 2]


def test_a_total_above_the_days_cap_is_not_paid_on_the_next_day() -> None:
    rule = a_rule(count={"field": "data.total", "is_cumulative": True}, cap_per_day=30)
    day = timedelta(days=1)
    stories = [(100, timedelta()), (150, timedelta()), (160, day)]
    assert given(rule, [event({"total": t}, after=after) for t, after in stories]) == [30, "DAILY_CAP", 10]
