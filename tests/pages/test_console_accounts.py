"""At the desk: a player gets another ID, two accounts are merged after a preview, a team is renamed and closed."""

import pytest

from tests.goals.test_teams import begin, make
from tests.pages.desk import page, send, sit_down
from tests.people.accounts import balance
from tests.world import World


@pytest.fixture
def world(sqlite_world: World) -> World:
    return sqlite_world


async def test_a_player_gets_another_id_and_two_accounts_become_one_after_a_preview(world: World) -> None:
    old, new = await world.player("old", POINT=70), await world.player("new")
    await sit_down(world)
    here = f"/console/players/{old.id}"
    await send(world, f"{here}/rename", new_external_id="old-2", keep_old_id="true", reason="asked")
    assert "old-2" in await page(world, here)
    shown = await page(world, f"{here}/merge?into={new.id}")
    assert "70" in shown
    assert "되돌릴 수 없습니다" in shown
    assert await balance(world, new) == 0, "a preview changes nothing"
    await send(world, f"{here}/merge", into=str(new.id), reason="one person")
    assert (await balance(world, old), await balance(world, new)) == (0, 70)
    assert f"/console/players/{new.id}" in await page(world, here)
    assert "합친 계정에서 옮겨 옴" in await page(world, f"/console/players/{new.id}?tab=ledger")
    assert not await world.differences()


async def test_a_team_is_renamed_and_closed_with_what_that_does_said_before(world: World) -> None:
    await begin(world)
    team = await make(world, await world.player("ann"), "rude")
    await sit_down(world)
    here = f"/console/contests/CUP/teams/{team}"
    assert here in await page(world, "/console/contests/CUP")
    await send(world, f"{here}/rename", name="polite", reason="rude")
    shown = await page(world, here)
    assert "polite" in shown
    assert "순위에서 빠지고" in shown
    await send(world, f"{here}/close", reason="rude again")
    assert await world.rows("SELECT COUNT(*) FROM teams WHERE closed_at IS NOT NULL") == [(1,)]
    assert "polite" not in await page(world, "/console/contests/CUP")
