"""A key, a constraint or a table that is not as this version made it: exactly its own check fires."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.fixtures import empty_tables
from tests.planting import honest
from tests.reconcile.test_each_check_fires import lived_in
from tests.world import World

STALE = "UPDATE alembic_version SET version_num = 'planted'"
# check → (table, what it loses), or a statement that serves every server
PLANTED: dict[str, tuple[str, str] | str] = {
    "I4 once for a cause": ("reward_log", "uq_reward_log_operation_id"),
    "I24 keys stand": ("entitlements", "uq_entitlements_operation_id"),
    "I24 constraints stand": ("wallets", "ck_wallets_balance_not_negative"),
    "I24 tables as they were made": STALE,
}
# on MariaDB the database serves the next test too: what is taken away there is given back
BACK = {
    "uq_reward_log_operation_id": ("reward_log", "UNIQUE (operation_id)"),
    "uq_entitlements_operation_id": ("entitlements", "UNIQUE (operation_id)"),
    "ck_wallets_balance_not_negative": ("wallets", "CHECK (balance >= 0)"),
    "fk_wallets_user_id": ("wallets", "FOREIGN KEY (user_id) REFERENCES user_profiles (id)"),
}
TWICE = """
    INSERT INTO reward_log (user_id, operation_id, source, reward_type, amount, state, attempts, created_at, updated_at)
    SELECT user_id, operation_id, source, reward_type, amount, state, attempts, created_at, updated_at
    FROM reward_log WHERE source = 'ROULETTE'
"""


@pytest.fixture
async def stripped(world: World, database_url: str) -> AsyncIterator[World]:
    """A world that may lose parts of its structure."""
    [(revision,)] = await world.rows("SELECT version_num FROM alembic_version")
    yield world
    if database_url.startswith("sqlite"):
        return
    empty_tables(database_url)
    await world.sql("UPDATE alembic_version SET version_num = :was", was=revision)
    for name, (table, rule) in BACK.items():
        found = "SELECT 1 FROM information_schema.table_constraints WHERE table_schema = DATABASE()"
        if not await world.rows(f"{found} AND constraint_name = :name", name=name):
            await world.sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}")


async def strip(world: World, table: str, name: str) -> None:
    """Takes a key or a constraint away; SQLite can only make the table anew without it."""
    if not world.house.settings.is_sqlite:
        kind = {"uq": "INDEX", "ck": "CONSTRAINT", "fk": "FOREIGN KEY"}[name[:2]]
        await world.sql(f"ALTER TABLE {table} DROP {kind} {name}")
        return
    [(made,)] = await world.rows("SELECT sql FROM sqlite_master WHERE name = :table AND type = 'table'", table=table)
    kept = "\n".join(line for line in made.splitlines() if f"CONSTRAINT {name} " not in line)
    assert kept != made
    await world.sql(f"ALTER TABLE {table} RENAME TO stripped")
    await world.sql(re.sub(r",\s*\)\s*$", "\n)", kept))
    await world.sql(f"INSERT INTO {table} SELECT * FROM stripped")
    await world.sql("DROP TABLE stripped")


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(stripped: World, check: str) -> None:
    await honest(stripped, lived_in)
    planted = PLANTED[check]
    if isinstance(planted, str):
        await stripped.sql(planted)
    else:
        await strip(stripped, *planted)
    assert list(await stripped.differences()) == [check]


async def test_a_foreign_key_that_is_gone_is_missed(stripped: World) -> None:
    await strip(stripped, "wallets", "fk_wallets_user_id")
    assert await stripped.differences() == {"I24 constraints stand": [["wallets", "fk_wallets_user_id"]]}


async def test_without_the_key_a_second_reward_for_a_cause_is_named(stripped: World) -> None:
    player = await lived_in(stripped)
    await strip(stripped, "reward_log", "uq_reward_log_operation_id")
    await stripped.sql(TWICE)
    [(cause,)] = await stripped.rows(
        "SELECT DISTINCT operation_id FROM reward_log WHERE source = 'ROULETTE' AND user_id = :u", u=player.id
    )
    found = await stripped.differences()
    assert found == {"I4 once for a cause": [["repeated", cause], ["reward_log", "operation_id"]]}
