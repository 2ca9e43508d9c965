"""Every path to value: two halves from one cause are not both given without a second person."""

from collections.abc import Awaitable, Callable

import pytest

from tests.admin.desk import Desk, desk_of
from tests.architecture.house import ROOT
from tests.events.host import event, rule
from tests.events.host import points as gives
from tests.events.host import send as send_events
from tests.goals import boards, missions
from tests.rewards.promotions import campaign, redeem
from tests.rewards.test_sums import claim_letters, letter
from tests.season.rich import begin, level, wheel
from tests.season.rich import points as of_points
from tests.world import Person, World, key

HALF = 6_000  # of POINT: one is below the threshold of 10,000, two are above
TWO = [of_points(HALF), of_points(HALF)]
APP = ROOT / "backend" / "app"


@pytest.fixture
async def admin(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


async def _code(world: World, admin: Desk, player: Person) -> None:
    await admin.ok("POST", "/promotions", campaign(rewards=TWO))
    assert (await redeem(world, player)).is_success


async def _rule_effects(world: World, admin: Desk, player: Person) -> None:
    await rule(world, "R", gives(HALF), gives(HALF))
    await send_events(world, event(1, "t", player.name))


async def _rules_of_one_event(world: World, admin: Desk, player: Person) -> None:
    await rule(world, "R", gives(HALF))
    await rule(world, "S", gives(HALF))
    await send_events(world, event(1, "t", player.name))


async def _mission(world: World, admin: Desk, player: Person) -> None:
    await missions.begin(world, missions.mission(rewards=TWO))
    await missions.spin(world, player, 2)


async def _missions_claimed_at_once(world: World, admin: Desk, player: Person) -> None:
    by_hand = [missions.mission(code, rewards=[of_points(HALF)], claim="MANUAL") for code in ("A", "B")]
    await missions.begin(world, *by_hand)
    await missions.spin(world, player, 2)
    await world.ok("POST", "/api/missions/claim-all", headers=player.headers)


async def _levels(world: World, admin: Desk, player: Person) -> None:
    """Two levels that one stamp opens."""
    await begin(world, levels=[level(n, n, True, FREE=[of_points(HALF)]) for n in (1, 2)], streak=None, overflow=None)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)


async def _levels_claimed_at_once(world: World, admin: Desk, player: Person) -> None:
    await begin(world, levels=[level(n, n, False, FREE=[of_points(HALF)]) for n in (1, 2)], streak=None, overflow=None)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    await world.ok("POST", "/api/season-pass/claim-all", headers=player.headers)


async def _premium(world: World, admin: Desk, player: Person) -> None:
    """The levels that an upgrade pays at once."""
    both = [level(n, n, True, FREE=[], GOLD=[of_points(HALF)]) for n in (1, 2)]
    desk, season_id = await begin(world, levels=both, streak=None, overflow=None)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)
    await desk.ok("POST", f"/seasons/{season_id}/premium/grant", {"user_id": player.id, "track": "GOLD"})


async def _overflow(world: World, admin: Desk, player: Person) -> None:
    bonus = {"every_xp": 5, "max_times": 2, "rewards": [of_points(HALF)]}
    await begin(world, levels=[level(1, 1, True, FREE=[])], streak=None, overflow=bonus)
    await world.ok("POST", "/api/season-pass/stamp", headers=player.headers)


async def _milestones(world: World, admin: Desk, player: Person) -> None:
    """Two milestones that support restores at once."""
    stones = [{"days": days, "rewards": [of_points(HALF)]} for days in (2, 3)]
    streak = {"freezes_at_start": 0, "freeze_every_days": 0, "freeze_cap": 0, "paused_days": [], "milestones": stones}
    _, season_id = await begin(world, levels=[level(1, 1, True, FREE=[])], overflow=None, streak=streak)
    support = await desk_of(world, "help@example.com", "support")
    await world.stamp_with_gaps(player, 3)
    await support.ok("POST", f"/seasons/{season_id}/streak/restore", {"user_id": player.id, "days": 3})


async def _rank(world: World, admin: Desk, player: Person) -> None:
    await boards.begin(world, boards.board(rank_rewards=[{"from_rank": 1, "to_rank": 1, "rewards": TWO}]))
    await missions.spin(world, player)
    world.clock.advance(days=1)
    await boards.run(world, "leaderboard_close")


async def _prize_and_what_it_opens(world: World, admin: Desk, player: Person) -> None:
    """A prize of a play, and the stamp that the play gives."""
    levels = [level(1, 1, True, FREE=[of_points(HALF)])]
    await begin(world, levels=levels, streak=None, overflow=None)
    await world.configure("roulette", wheel(*[of_points(HALF)] * 6))
    await world.ok("POST", "/api/roulette/play", headers=player.headers | key())


async def _mailing(world: World, admin: Desk, player: Person) -> None:
    await letter(admin, player, *TWO)
    await claim_letters(world, player)


async def _gift(world: World, admin: Desk, player: Person) -> None:
    for _ in range(2):
        await admin.grant(player.id, HALF, "POINT")


PATHS: dict[str, Callable[[World, Desk, Person], Awaitable[None]]] = {
    "a mailing": _mailing,
    "gifts by hand": _gift,
    "a code": _code,
    "the effects of a rule": _rule_effects,
    "the rules of one event": _rules_of_one_event,
    "a mission": _mission,
    "missions claimed at once": _missions_claimed_at_once,
    "levels that a stamp opens": _levels,
    "levels claimed at once": _levels_claimed_at_once,
    "a premium track": _premium,
    "bonuses past the last level": _overflow,
    "milestones": _milestones,
    "a rank": _rank,
    "a prize and the level it opens": _prize_and_what_it_opens,
}


@pytest.mark.parametrize("path", PATHS)
async def test_two_halves_from_one_cause_are_not_both_given_without_a_second_person(admin: Desk, path: str) -> None:
    world = admin.world
    player = await world.player("lee", ROULETTE_COIN=5)
    await PATHS[path](world, admin, player)
    states = await world.rows(
        "SELECT state, COUNT(*), SUM(amount) FROM reward_log WHERE user_id = :u AND reward_type = 'POINT'"
        " GROUP BY state",
        u=player.id,
    )
    given = {state: (int(count), int(total)) for state, count, total in states}
    assert given.get("GRANTED", (0, 0))[1] <= HALF, given
    assert given["APPROVAL"][1] >= HALF, given
    assert not await world.differences()


@pytest.mark.parametrize("path", PATHS)
async def test_half_of_it_is_given_at_once(sqlite_world: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other side of the threshold: 2 × 5,000 are not more than 10,000."""
    for name in ("HALF", "TWO"):
        monkeypatch.setitem(globals(), name, 5_000 if name == "HALF" else [of_points(5_000)] * 2)
    admin = await desk_of(sqlite_world, "kim@example.com", "admin")
    player = await sqlite_world.player("lee", ROULETTE_COIN=5)
    await PATHS[path](sqlite_world, admin, player)
    rows = await sqlite_world.rows("SELECT DISTINCT state FROM reward_log WHERE reward_type = 'POINT'")
    assert rows == [("GRANTED",)]


def test_value_enters_a_wallet_through_one_door() -> None:
    """Nothing but `grant_rewards` puts a reward on record or adds to a wallet; the others take."""
    takers = {
        "flows/adjust_wallet.py": "delta=-command.amount",
        "flows/steps/debts.py": "delta=-amount",
        "flows/play.py": "delta=-",
        "flows/steps/merge_wallets.py": "(source, -balance, Reason.MERGED_OUT)",  # from one account into another
    }
    for file in sorted(APP.rglob("*.py")):
        name, text = file.relative_to(APP).as_posix(), file.read_text()
        if name in ("flows/steps/grant_rewards.py", "domain/wallet.py"):
            continue
        assert ".rewards.append(" not in text, f"{name} records a reward past grant_rewards"
        if " move(" in text:
            assert takers.get(name, "no taker") in text, f"{name} moves value past grant_rewards"
