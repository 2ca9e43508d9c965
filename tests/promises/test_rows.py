"""Every field of every kind is either promised, and kept, or said to promise nothing: a new one must be decided."""

from __future__ import annotations

import pytest

from app.domain.promises import PROMISES, PROMISES_NOTHING, broken
from tests.promises.rows import MODELS, ROWS

NAMES = [(promise.kind, promise.field) for promise in PROMISES]
# what a kind promises beside its own fields
DERIVED = {"season": {"last_claim_day"}}


def test_every_row_has_its_worse_and_better_values_here() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert set(NAMES) == set(ROWS)


@pytest.mark.parametrize("kind", MODELS)
def test_every_field_of_a_kind_is_decided_on(kind: str) -> None:
    promised = {field for of, field in NAMES if of == kind} - DERIVED.get(kind, set())
    assert promised.isdisjoint(PROMISES_NOTHING[kind])
    assert promised | PROMISES_NOTHING[kind] == set(MODELS[kind].model_fields)


@pytest.mark.parametrize("name", NAMES, ids=".".join)
def test_what_would_be_worse_is_named_and_what_is_better_passes(name: tuple[str, str]) -> None:
    kind, field = name
    others = dict.fromkeys((promise.field for promise in PROMISES if promise.kind == kind), 0)
    stands = {of: ROWS[kind, of].stands for of in others}
    row = ROWS[name]
    for worse in row.worse:
        assert [at for at, _ in broken(kind, stands, stands | {field: worse})] == [field], worse
    for better in (row.stands, *row.better):
        assert broken(kind, stands, stands | {field: better}) == [], better
