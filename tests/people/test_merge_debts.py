"""What either account owes is the player's debt, and is paid out of what both have."""

import pytest

from tests.events.host import coins, event, one, rule
from tests.events.test_revocations import REVERSE, refund
from tests.people.accounts import balance, merge
from tests.people.test_merge import admin_of
from tests.world import Person, World

COIN = "ROULETTE_COIN"
OWED = 5


async def owe(world: World, *people: Person) -> None:
    """Each was given five coins for an order, spent them, and gave the order back."""
    desk = await admin_of(world)
    await rule(world, "BOUGHT", coins(OWED), types=("purchase",))
    await rule(world, "REFUNDED", REVERSE, types=("refund",))
    for person in people:
        await one(world, event(f"buy-{person.name}", "purchase", person.name))
        body = {"user_id": person.id, "token_type": COIN, "amount": OWED}
        await desk.ok("POST", "/wallets/revoke", body, keyed=True)
        await one(world, refund(f"back-{person.name}", f"e-buy-{person.name}") | {"subject": person.name})
        assert await wallet(world, person) == (0, OWED)


async def wallet(world: World, person: Person) -> tuple[int, int]:
    """(what it holds, what it owes), as the player sees it."""
    rows = await world.rows(
        "SELECT balance, debt FROM wallets WHERE user_id = :u AND token_type = :t", u=person.id, t=COIN
    )
    return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)


# (who owes, how much each is given first) → what the player has and owes then
CASES = {
    "the other one owes more than both have": (("old",), {"new": 3}, (0, 2)),
    "the other one owes less than the player has": (("old",), {"new": 8}, (3, 0)),
    "the other one owes and the player has no wallet": (("old",), {}, (0, 5)),
    "the player owes and the other one has": (("new",), {"old": 7}, (2, 0)),
    "both owe": (("old", "new"), {}, (0, 10)),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_debt_goes_over_and_is_paid_out_of_what_both_have(world: World, case: str) -> None:
    debtors, given, left = CASES[case]
    people = {name: await world.player(name) for name in ("old", "new")}
    await owe(world, *(people[name] for name in debtors))
    desk = await admin_of(world)
    for name, amount in given.items():
        await desk.grant(people[name].id, amount, COIN)
    await merge(world, "old", "new")
    assert await wallet(world, people["old"]) == (0, 0), "who ends owes nothing"
    assert await wallet(world, people["new"]) == left
    assert not await world.differences()
    if left[1]:
        await desk.grant(people["new"].id, left[1] + 1, COIN)
        assert await wallet(world, people["new"]) == (1, 0), "what comes later pays it"
        assert await balance(world, people["new"], COIN) == 1
        assert not await world.differences()


async def test_xp_of_an_order_from_before_the_merge_goes_back_and_stays_explained(world: World) -> None:
    old, new = await world.player("old"), await world.player("new")
    await rule(world, "XP", {"kind": "XP", "amount": 30}, types=("purchase",))
    await rule(world, "BACK", REVERSE, types=("refund",))
    await one(world, event("buy-old", "purchase", "old"))
    await merge(world, old.name, new.name)
    await one(world, refund("back-old", "e-buy-old") | {"subject": "new"})
    assert await world.rows("SELECT current_xp FROM season_progress WHERE user_id = :u", u=new.id) in ([], [(0,)])
    assert not await world.differences()
