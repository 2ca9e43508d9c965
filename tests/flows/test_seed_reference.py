"""Seeding adds what is missing, and nothing else."""

from app.flows.seed_reference import seed_reference
from tests.world import World


async def test_a_second_run_adds_nothing(world: World) -> None:
    assert await seed_reference(world.house) == []


async def test_a_host_that_was_switched_off_is_neither_added_nor_switched_on(world: World) -> None:
    await world.sql("UPDATE hosts SET is_active = 0")
    assert await seed_reference(world.house) == []
    assert await world.rows("SELECT code, is_active FROM hosts") == [("main", 0)]
