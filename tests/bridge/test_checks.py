"""Reconcile of the bridge and of the worker's runs: one planted violation makes exactly its own check fire."""

from datetime import date

import pytest

from tests.bridge.campaigns import add_new_season, kst, one_play, open_campaign, play, tick_all
from tests.planting import honest
from tests.world import Person, World

ALL_BLANKS = {"name": "blanks", "segments": [{"slot_index": n, "label": "p", "weight": 1} for n in range(6)]}
# check → the statements that break exactly it. `:u` is a settled player, `:w` one whose key waits.
PLANTED: dict[str, tuple[str, ...]] = {
    "I10 key count = keys": ("UPDATE user_profiles SET event_key_count = 2 WHERE id = :w",),
    "I10 key on its day": ("UPDATE bridge_keys SET key_date = '2025-12-26' WHERE user_id = :u",),
    "I11 pending = keys": ("UPDATE user_profiles SET event_pending_points = 4999 WHERE id = :w",),
    "I12 settlement = keys": ("UPDATE bridge_settlements SET key_count = 5 WHERE user_id = :u",),
    "I12 paid to the entitled": ("UPDATE bridge_settlements SET outcome = 'BLOCKED' WHERE user_id = :u",
                                 "UPDATE job_runs SET done_count = 0 WHERE job = 'bridge_settlement'"),
    "I12 points are rewarded": (
        """INSERT INTO bridge_settlements (campaign_id, user_id, outcome, key_count, pending_points, points_paid,
           level_state, xp_added, created_at, updated_at) SELECT id, :w, 'PAID', 1, 5000, 5000, 'PENDING', 0,
           created_at, updated_at FROM bridge_campaigns WHERE code = 'OTHER'""",
        "UPDATE user_profiles SET event_key_count = 0, event_pending_points = 0 WHERE id = :w",
    ),
    "I12 level is rewarded": ("UPDATE bridge_settlements SET level_state = 'PENDING', xp_added = 0 WHERE user_id = :u",
                              "DELETE FROM reward_log WHERE operation_id = 'nothing'"),
    "I12 credit has settlement": (
        "UPDATE wallet_ledger SET reason = 'BRIDGE_POINTS' WHERE user_id = :w AND reason = 'ADMIN_GRANT'",
    ),
    "I13 run = settlements": ("UPDATE job_runs SET done_sum = 1 WHERE job = 'bridge_settlement'",),
    "I13 settled = done": ("UPDATE bridge_campaigns SET state = 'CLOSING' WHERE code = 'XMAS_BRIDGE_2025'",),
    "I14 no day left out": ("UPDATE job_runs SET slot_no = slot_no + 2 WHERE job = 'season_turn' AND slot_no = :last",),
    "I14 no run is lost": (
        "UPDATE job_runs SET status = 'RUNNING', lost_at = '2025-01-01 00:00:00' WHERE job = 'retention'",
    ),
}  # fmt: skip


async def settled(world: World) -> tuple[Person, Person]:
    """A player whose one key was settled, and one whose key of another campaign waits."""
    player, waiting = await world.player("kim", ROULETTE_COIN=9), await world.player("lee", ROULETTE_COIN=9)
    await world.configure("roulette", ALL_BLANKS)
    await open_campaign(world.house, one_play())
    world.clock.set(kst(12, 24, 9))
    await tick_all(world)
    world.clock.set(kst(12, 25))
    await play(world, player, 1)
    await add_new_season(world.house, first=date(2025, 12, 26))
    world.clock.set(kst(12, 26, 9))
    await tick_all(world)
    assert await world.rows("SELECT level_state FROM bridge_settlements") == [("PAID",)]
    await open_campaign(
        world.house, one_play(code="OTHER", start_date="2025-12-27", settles_at="2025-12-28T00:10:00+09:00")
    )
    world.clock.set(kst(12, 27, 9))
    await tick_all(world)
    await play(world, waiting, 1)
    return player, waiting


@pytest.mark.parametrize("check", PLANTED)
async def test_a_planted_violation_makes_exactly_its_check_fire(world: World, check: str) -> None:
    player, waiting = await honest(world, settled)
    newest = (await world.rows("SELECT MAX(slot_no) FROM job_runs WHERE job = 'season_turn'"))[0][0]
    known = {"u": player.id, "w": waiting.id, "last": newest}
    for statement in PLANTED[check]:
        await world.sql(statement, **{name: value for name, value in known.items() if f":{name}" in statement})
    assert list(await world.differences()) == [check]
