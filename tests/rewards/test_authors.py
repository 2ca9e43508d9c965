"""Value by configuration: who wrote what gives a reward does not approve it, whatever path it comes on."""

import re

import pytest

from app.domain.causes import DOCUMENTS, LOOKED_UP, NO_DOCUMENT, cause_of
from tests.admin.desk import Desk, desk_of
from tests.architecture.house import ROOT
from tests.events.host import event, rule
from tests.events.host import send as send_events
from tests.rewards import test_paths
from tests.rewards.promotions import campaign, redeem
from tests.season.rich import begin, level, wheel
from tests.season.rich import points as of_points
from tests.world import Person, World, key

APP = ROOT / "backend" / "app"
HUGE = 100_000_000
KIM, LEE = "kim@example.com", "lee@example.com"
# gifts by hand wait for the hand that gave them (rewards/test_approvals)
CONFIGURED = {path: way for path, way in test_paths.PATHS.items() if path != "gifts by hand"}


@pytest.fixture
async def kim(world: World) -> Desk:
    return await desk_of(world, KIM, "admin")


async def waiting(world: World, player: Person) -> list[int]:
    ids = "SELECT id FROM reward_log WHERE user_id = :u AND state = 'APPROVAL' ORDER BY id"
    rows = await world.rows(ids, u=player.id)
    return [row[0] for row in rows]


async def test_who_made_a_campaign_is_not_the_one_to_let_its_gift_pass(world: World, kim: Desk) -> None:
    """The attack: a campaign of 100,000,000 POINT, redeemed by the own account and approved by its author."""
    player = await world.player("own-account")
    await kim.ok("POST", "/promotions", campaign(rewards=[of_points(HUGE)]))
    assert (await redeem(world, player)).is_success
    [reward] = await waiting(world, player)
    assert (await kim.get(f"/rewards/{reward}"))["authors"] == [f"staff:{KIM}"]
    refused = await kim.send("POST", f"/rewards/{reward}/approve")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "SECOND_PERSON_REQUIRED")
    assert refused.json()["error"]["details"] == {"because": "author"}
    lee = await desk_of(world, LEE, "admin")
    assert (await lee.ok("POST", f"/rewards/{reward}/approve"))["state"] == "GRANTED"


async def test_an_edit_of_somebody_else_washes_nobodys_hands(world: World, kim: Desk) -> None:
    player, lee = await world.player("own-account"), await desk_of(world, LEE, "admin")
    await kim.ok("POST", "/promotions", campaign(rewards=[of_points(HUGE)]))
    await lee.ok("PUT", "/promotions/RUSH", campaign(rewards=[of_points(HUGE)], title_en="Another title"), version="*")
    assert (await redeem(world, player)).is_success
    await lee.ok("PUT", "/promotions/RUSH", campaign(rewards=[of_points(HUGE)], units=50), version="*")
    [reward] = await waiting(world, player)
    for desk in (kim, lee):
        assert await desk.refused("POST", f"/rewards/{reward}/approve") == (403, "SECOND_PERSON_REQUIRED")


@pytest.mark.parametrize("path", CONFIGURED)
async def test_on_every_path_the_author_is_refused_and_another_is_not(world: World, kim: Desk, path: str) -> None:
    """A path that does not say who wrote it fails here."""
    player = await world.player("lee", ROULETTE_COIN=5)
    await CONFIGURED[path](world, kim, player)
    rewards = await waiting(world, player)
    assert rewards
    for reward in rewards:
        authors = (await kim.get(f"/rewards/{reward}"))["authors"]
        assert authors, f"{path}: nobody wrote it"
        by = [await desk_of(world, author.removeprefix("staff:"), "admin") for author in authors if "@" in author]
        for desk in by:
            assert await desk.refused("POST", f"/rewards/{reward}/approve") == (403, "SECOND_PERSON_REQUIRED")
        stranger = await desk_of(world, "stranger@example.com", "admin")
        assert (await stranger.ok("POST", f"/rewards/{reward}/approve"))["state"] == "GRANTED"


async def test_who_wrote_the_rule_that_gave_the_xp_has_a_hand_in_its_levels(world: World) -> None:
    """The season is another's: its levels are reached by a rule of one's own."""
    season = await begin(
        world, levels=[level(1, 1_000, True, FREE=[of_points(HUGE)])], streak=None, overflow=None, daily_xp_cap=None
    )
    player = await world.player("own-account")
    await rule(world, "MINE", {"kind": "XP", "amount": 1_000})
    await send_events(world, event(1, "t", player.name))
    [reward] = await waiting(world, player)
    assert (await season[0].get(f"/rewards/{reward}"))["authors"] == ["staff:fixture-admin", f"staff:{KIM}"]
    author = await desk_of(world, "fixture-admin", "admin")
    assert await author.refused("POST", f"/rewards/{reward}/approve") == (403, "SECOND_PERSON_REQUIRED")


async def test_of_a_game_only_the_version_that_was_played_counts(world: World, kim: Desk) -> None:
    player, lee = await world.player("park", ROULETTE_COIN=1), await desk_of(world, LEE, "admin")
    await world.configure("roulette", wheel(*[of_points(HUGE)] * 6))
    await world.ok("POST", "/api/roulette/play", headers=player.headers | key())
    body = {"config": wheel(*[of_points(1)] * 6)}
    added = await lee.ok("POST", "/games/roulette/configs", body)
    await lee.ok("POST", f"/games/roulette/configs/{added['id']}/activate")
    [reward] = await waiting(world, player)
    assert (await kim.get(f"/rewards/{reward}"))["authors"] == ["staff:fixture-admin"]


def test_every_kind_of_cause_in_the_code_is_decided_about() -> None:
    """What an operation id begins with, anywhere in the code: a new kind must say what it comes from."""
    others = {"EVENT", "PRESENCE", "D"}  # causes in logs, streams and periods
    found = {kind for file in APP.rglob("*.py") for kind in re.findall(r'f"([A-Z]+):\{', file.read_text())}
    assert found == set(DOCUMENTS) | LOOKED_UP | NO_DOCUMENT | others
    assert [cause_of(row).document for row in ("NEW:1:2", "", "SEASON")] == [None, None, "season:"]
