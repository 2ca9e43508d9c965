"""Reconcile finds nothing after an honest merge, and one planted violation makes exactly its own check fire."""

import pytest

from tests.people.accounts import merge, rename
from tests.planting import honest
from tests.world import Person, World

# check → the statement that breaks exactly it. `:s` is the account that ended, `:t` the player who goes on.
PLANTED = {
    "I27 merge moves all": "UPDATE wallet_ledger SET operation_id = 'MERGE:0:POINT' WHERE reason = 'MERGED_IN'"
    " AND token_type = 'POINT'",
    "I27 merged account is closed": "UPDATE user_profiles SET is_blocked = 0 WHERE id = :s",
    "I27 merged XP were there": "UPDATE season_xp_ledger SET operation_id = 'MERGE:0:XP:0' WHERE source = 'MERGE'",
    "I27 an id is one player's": "UPDATE user_profiles SET external_id = 'lee-1' WHERE id = :t",
}


async def lived_in(world: World) -> tuple[Person, Person]:
    """Two accounts that became one, and a player with an old id."""
    old, new = await world.player("old", POINT=300), await world.player("new")
    await world.player("lee-1")
    await rename(world, "lee-1", "lee-2")
    await world.ok("POST", "/api/season-pass/stamp", headers=old.headers)
    await merge(world, "old", "new")
    return old, new


@pytest.mark.parametrize("check", sorted(PLANTED))
async def test_a_planted_violation_makes_exactly_its_check_fire(world: World, check: str) -> None:
    old, new = await honest(world, lived_in)
    statement, ids = PLANTED[check], {"s": old.id, "t": new.id}
    await world.sql(statement, **{name: value for name, value in ids.items() if f" :{name}" in statement})
    assert set(await world.differences()) == {check}
