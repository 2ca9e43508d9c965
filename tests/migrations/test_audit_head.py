"""The chain's head has its row from the migration on, and knows how many acts are from before."""

from __future__ import annotations

from app.core.audit_marks import NO_ACT
from app.db.schema import upgrade, upgrade_to_head
from tests.db.databases import ask

BEFORE = "0351_live_streams"
ACT = (
    "INSERT INTO admin_audit_log (actor, action, target, reason, created_at)"
    " VALUES ('a', 'B', 'c', 'd', '2025-12-10 00:00:00')"
)


def test_a_new_database_has_the_row_once_however_often_it_is_upgraded(empty: str) -> None:
    upgrade_to_head(empty)
    upgrade_to_head(empty)
    assert list(ask(empty, "SELECT * FROM audit_head")) == [(1, NO_ACT, 0, 0)]


def test_acts_from_before_stand_outside_the_chain(empty: str) -> None:
    upgrade(empty, BEFORE)
    for _ in range(3):
        ask(empty, ACT)
    upgrade_to_head(empty)
    assert list(ask(empty, "SELECT unmarked_through, unmarked_acts FROM audit_head")) == [(3, 3)]
