"""Reconcile of debts: one planted violation makes exactly its own check fire."""

import pytest

from tests.events.host import event, points, rule, send
from tests.events.test_revocations import REVERSE, refund
from tests.planting import honest
from tests.world import World

# check → the statements that break exactly it
PLANTED: dict[str, tuple[str, ...]] = {
    "I1 debt = its list": ("UPDATE wallets SET debt = debt + 1 WHERE token_type = 'POINT'",),
    "I5 repayment pays a debt": ("UPDATE wallet_debts SET operation_id = 'planted' WHERE reason = 'DEBT_REPAYMENT'",),
}


async def in_debt(world: World) -> None:
    """Somebody who spent what was refunded, and earned a part of it again."""
    await rule(world, "BOUGHT", points(100), types=("purchase",))
    await rule(world, "SMALL", points(30), types=("visit",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    await send(world, event(1, "purchase"))
    admin = await world.token("boss", "admin")
    body = {"external_id": "kim", "token_type": "POINT", "amount": 60, "reason": "it was spent"}
    await world.ok("POST", "/api/admin/wallets/revoke", json=body, headers=admin | {"Idempotency-Key": "spend"})
    await send(world, refund(2, "e-1"))
    await send(world, event(3, "visit"))
    assert await world.rows("SELECT balance, debt FROM wallets WHERE token_type = 'POINT'") == [(0, 30)]


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(world: World, check: str) -> None:
    await honest(world, in_debt)
    for statement in PLANTED[check]:
        await world.sql(statement)
    assert list(await world.differences()) == [check]


async def test_what_somebody_who_owes_has_is_found(sqlite_world: World) -> None:
    await honest(sqlite_world, in_debt)
    await sqlite_world.sql("UPDATE wallet_debts SET debt_after = debt_after + 1 WHERE reason = 'REWARD_REVERSAL'")
    assert list(await sqlite_world.differences()) == ["I1 debt = its list"]
