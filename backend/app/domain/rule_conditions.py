"""Conditions of rules: typed, from a closed list of operators, made into functions once. Nothing is ever evaluated."""

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    Tag,
    model_validator,
)

from app.domain.config_fields import MAX_NUMBER, StrictModel
from app.domain.host_events import FieldPath, HostEvent, reader

MAX_DEPTH = 4
# of one rule: a page of a screen, and some 30 microseconds an event
MAX_TESTS = 100
Matcher = Callable[[HostEvent], bool]
Text = Annotated[StrictStr, StringConstraints(max_length=200)]
Number = (
    Annotated[StrictInt, Field(ge=-MAX_NUMBER, le=MAX_NUMBER)]
    | Annotated[StrictFloat, Field(ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)]
)
Scalar = StrictBool | Number | Text

SCALARS = frozenset({"bool", "number", "text"})
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge,
}  # fmt: skip


class Comparison(StrictModel):
    """One field against one value. A field that does not stand fails every test but `exists: false`.

    Numbers compare with numbers and texts with texts: another type never matches.
    """

    field: FieldPath
    op: Literal["eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in", "exists", "contains", "starts_with"]
    value: Scalar | Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=100, strict=False)]

    @model_validator(mode="after")
    def _fits_its_operator(self) -> Self:
        kind = kind_of(self.value)
        wanted = {"in": {"list"}, "not_in": {"list"}, "exists": {"bool"}, "starts_with": {"text"}}
        wanted |= {op: {"number", "text"} for op in ORDERS}
        if kind not in wanted.get(self.op, {"bool", "number", "text"}):
            raise ValueError(f"{self.op} does not take a value of this type")
        return self


class AnyOf(StrictModel):
    """True when at least one of the conditions is."""

    any: tuple["Condition", ...] = Field(min_length=1, max_length=20, strict=False)


class AllOf(StrictModel):
    """True when every one of the conditions is."""

    all: tuple["Condition", ...] = Field(min_length=1, max_length=20, strict=False)


class Not(StrictModel):
    """True when the condition is not."""

    not_: "Condition" = Field(alias="not")


def _shape(value: Any) -> str:
    """Which of the four a condition is: the part of its path in error messages."""
    shapes: dict[str, type] = {"any": AnyOf, "all": AllOf, "not": Not}
    for name, model in shapes.items():
        if isinstance(value, model) or (isinstance(value, dict) and name in value):
            return name
    return "test"


Condition = Annotated[
    Annotated[Comparison, Tag("test")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[Not, Tag("not")],
    Discriminator(_shape),
]

for _model in (AnyOf, AllOf, Not):
    _model.model_rebuild()


def depth(condition: Any) -> int:
    """How deep conditions stand in one another."""
    inner = getattr(condition, "any", None) or getattr(condition, "all", None)
    if isinstance(condition, Not):
        inner = (condition.not_,)
    return 1 + max((depth(part) for part in inner), default=0) if inner else 1


def tests_in(condition: Any) -> int:
    """How many comparisons a condition holds, at any depth: what looking at one event costs."""
    inner = getattr(condition, "any", None) or getattr(condition, "all", None)
    if isinstance(condition, Not):
        inner = (condition.not_,)
    return sum(map(tests_in, inner)) if inner else 1


def number_fields(conditions: Iterable[Any]) -> Iterator[str]:
    """The fields that conditions compare with a number, at any depth."""
    for condition in conditions:
        inner = getattr(condition, "any", None) or getattr(condition, "all", None)
        if isinstance(condition, Not):
            inner = (condition.not_,)
        if inner:
            yield from number_fields(inner)
        elif isinstance(condition, Comparison) and condition.op != "exists" and kind_of(condition.value) == "number":
            yield condition.field


def matcher(conditions: tuple[Any, ...]) -> Matcher:
    """The function that tells whether an event fulfils all of these."""
    parts = [_matcher(condition) for condition in conditions]
    if len(parts) == 1:
        return parts[0]
    return lambda event: all(part(event) for part in parts)


def _matcher(condition: Any) -> Matcher:
    if isinstance(condition, AllOf):
        return matcher(condition.all)
    if isinstance(condition, AnyOf):
        parts = [_matcher(part) for part in condition.any]
        return lambda event: any(part(event) for part in parts)
    if isinstance(condition, Not):
        inner = _matcher(condition.not_)
        return lambda event: not inner(event)
    return _test(condition)


def _test(test: Comparison) -> Matcher:
    read, holds = reader(test.field), _operator(test.op, test.value)
    if test.op == "exists":
        return lambda event: (read(event) is not None) is test.value

    def matches(event: HostEvent) -> bool:
        value = read(event)
        return value is not None and holds(value)

    return matches


def _operator(op: str, wanted: Any) -> Callable[[Any], bool]:
    if op in ORDERS:
        order, kind = ORDERS[op], kind_of(wanted)
        return lambda value: kind_of(value) == kind and order(value, wanted)
    if op in {"in", "not_in"}:
        listed = frozenset(_typed(item) for item in wanted)
        return lambda value: (kind_of(value) in SCALARS and _typed(value) in listed) is (op == "in")
    if op == "contains":
        typed = _typed(wanted)
        return lambda value: isinstance(value, list) and any(_typed(item) == typed for item in value)
    if op == "starts_with":
        return lambda value: isinstance(value, str) and value.startswith(wanted)
    typed = _typed(wanted)
    return lambda value: (_typed(value) == typed) is (op == "eq")


def _typed(value: Any) -> tuple[str, Any]:
    """The value with its kind: 1 is 1.0, and true is not 1."""
    return kind_of(value), value


def kind_of(value: Any) -> str:
    """What a JSON value is, as far as conditions care."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list | tuple) else "other"
