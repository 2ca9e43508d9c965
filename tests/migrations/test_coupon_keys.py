"""Codes that stood twice before a code was one: nothing fails, and nobody gets a code that somebody else has."""

from __future__ import annotations

from app.db.schema import upgrade, upgrade_to_head
from tests.db.databases import ask

AT = "'2025-12-10 00:00:00.000000'"
LATER = "'2025-12-11 00:00:00.000000'"


def plant(url: str) -> None:
    ask(
        url,
        "INSERT INTO hosts (id, code, name, is_active, jwt_max_life_seconds, created_at)"
        f" VALUES (7, 'h', 'h', 1, 60, {AT})",
    )
    for user in (1, 2):
        ask(
            url,
            "INSERT INTO user_profiles (id, host_id, external_id, is_blocked, event_key_count, event_pending_points,"
            f" version, created_at) VALUES ({user}, 7, 'u{user}', 0, 0, 0, 1, {AT})",
        )
    for pool, code in ((1, "COFFEE"), (2, "TEA")):
        ask(
            url,
            "INSERT INTO coupon_pools (id, code, name, version, created_at, updated_at, updated_by)"
            f" VALUES ({pool}, '{code}', '{code}', 1, {AT}, {AT}, 'staff:kim')",
        )
    rows = [
        (1, 1, "FREE", "NULL", AT), (2, 2, "FREE", "NULL", AT), (3, 1, "HAD", "NULL", AT), (4, 2, "had", "1", AT),
        (5, 1, "BOTH", "1", AT), (6, 2, "BOTH", "2", AT), (7, 1, "Case", "NULL", AT), (8, 1, "CASE", "NULL", LATER),
        *((id_, 2, f"MANY-{id_}", "NULL", LATER) for id_ in range(9, 2_500)),
    ]  # fmt: skip
    for start in range(0, len(rows), 500):
        values = ", ".join(
            f"({id_}, {pool}, '{code}', {user}, {'NULL' if user == 'NULL' else repr(f'OP:{id_}')}, {at})"
            for id_, pool, code, user, at in rows[start : start + 500]
        )
        ask(url, f"INSERT INTO coupon_codes (id, pool_id, code, user_id, operation_id, created_at) VALUES {values}")


def test_codes_that_stood_twice_are_settled_and_nothing_fails(empty: str) -> None:
    upgrade(empty, "0261_coupon_code_keys")
    plant(empty)
    upgrade_to_head(empty)
    rows = ask(empty, "SELECT id, code_key, voided_at IS NOT NULL FROM coupon_codes WHERE id < 10 ORDER BY id")
    assert [(row[0], row[1], bool(row[2])) for row in rows] == [
        (1, "FREE", False), (2, None, True),  # the older one stays, its twin is not given
        (3, None, True), (4, "HAD", False),  # what a player has goes before
        (5, "BOTH", False), (6, None, False),  # two players have it: a person decides, reconcile names it
        (7, "CASE", False), (8, None, True), (9, "MANY-9", False),
    ]  # fmt: skip
    assert ask(empty, "SELECT COUNT(*) FROM coupon_codes WHERE code_key IS NULL") == [(4,)]
    batches = ask(empty, "SELECT pool_id, source, codes, created_by FROM coupon_batches ORDER BY id")
    assert batches == [(1, "BEFORE", 4, "staff:kim"), (2, "BEFORE", 3, "staff:kim"), (1, "BEFORE", 1, "staff:kim"),
                       (2, "BEFORE", 2_491, "staff:kim")]  # fmt: skip
    assert ask(empty, "SELECT COUNT(*) FROM coupon_codes WHERE batch_id IS NULL") == [(0,)]
