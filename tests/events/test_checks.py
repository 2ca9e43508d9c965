"""Reconcile of host events: one planted violation makes exactly its own check fire."""

import pytest

from tests.events.host import event, points, rule, send, xp
from tests.world import World

AT = "'2025-12-10 00:00:00.000000'"
KIM = "(SELECT id FROM user_profiles WHERE external_id = 'kim')"
# check → the statements that break exactly it
PLANTED: dict[str, tuple[str, ...]] = {
    "I5 hit has event": ("UPDATE host_events SET code = 'USER_BLOCKED' WHERE event_id = 'e-1'",),
    "I5 rule reward has hit": (
        f"""INSERT INTO reward_log (user_id, operation_id, source, reward_type, code, amount, state, attempts,
        created_at, updated_at) SELECT user_id, 'RULE:R:planted', 'RULE', 'BADGE', 'B', 1, 'PENDING', 1, {AT}, {AT}
        FROM host_events WHERE event_id = 'e-1'""",
    ),
    "I5 rule XP has hit": (
        f"UPDATE season_xp_ledger SET operation_id = 'RULE:R:planted' WHERE source = 'HOST_EVENT' AND user_id = {KIM}",
    ),
    "I5 rule stamp has hit": (
        f"UPDATE season_stamp_log SET period_key = 'RULE:R:planted' WHERE source = 'HOST_EVENT' AND user_id = {KIM}",
    ),
    "I5 revocation has event": (
        f"""INSERT INTO event_revocations (host_id, source, event_id, user_id, revoked_by, created_at)
        SELECT host_id, '/planted', 'x', (SELECT id FROM user_profiles WHERE external_id = 'lee'), id, {AT}
        FROM host_events WHERE event_id = 'e-1'""",
    ),
    "I9 rule day = hits": ("UPDATE rule_marks SET value = value + 1 WHERE slot = 'D:2025-12-10'",),
}


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(sqlite_world: World, check: str) -> None:
    world = sqlite_world
    await rule(world, "R", xp(10), points(5), {"kind": "STAMP"}, cap_per_day=3, once_per=["data.n"])
    await send(world, event(1, "t", n=1), event(2, "t", "lee", n=1))
    assert not await world.differences(), "an honest history has no differences"
    for statement in PLANTED[check]:
        await world.sql(statement)
    assert list(await world.differences()) == [check]
