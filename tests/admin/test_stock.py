"""Operators look at the stock of prizes and fill it up."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from app.domain.reference import LOTTERY
from tests.admin.desk import Desk, newest_audit

STOCK = "/games/lottery/stock"
RESTOCK = f"{STOCK}/101/restock"
CONFIGS = "/games/lottery/configs"


def lottery(**first: Any) -> dict[str, Any]:
    """The reference lottery with its first prize changed."""
    return LOTTERY | {"prizes": [LOTTERY["prizes"][0] | first, *LOTTERY["prizes"][1:]]}


async def line(admin: Desk, prize_id: int = 101) -> dict[str, Any]:
    listed = (await admin.get(STOCK))["items"]
    return next(item for item in listed if item["prize_id"] == prize_id)


async def test_a_version_in_force_stocks_its_prizes(admin: Desk) -> None:
    shown = await line(admin)
    assert [shown[name] for name in ("started_with", "restocked", "supply", "given", "left", "version")] == [
        10, 0, 10, 0, 10, 1,
    ]  # fmt: skip
    assert (shown["is_in_force"], shown["updated_by"]) == (True, "system:seed")
    assert (await admin.get("/games/roulette/stock"))["items"] == []


async def test_units_are_added_and_taken_away(admin: Desk) -> None:
    response = await admin.send("POST", RESTOCK, {"units": 5}, version=1)
    assert (response.json()["left"], response.json()["restocked"], response.headers["ETag"]) == (15, 5, '"2"')
    taken = await admin.ok("POST", RESTOCK, {"units": -15}, version=2)
    assert (taken["left"], taken["supply"], taken["version"]) == (0, 0, 3)
    audit = await newest_audit(admin.world)
    assert (audit["action"], audit["target"]) == ("PRIZE_RESTOCKED", "game:lottery:prize:101")
    assert (audit["before"], audit["after"]) == (
        {"supply": 15, "left": 15}, {"supply": 0, "left": 0, "units": -15},
    )  # fmt: skip
    log = await admin.world.rows("SELECT delta, reason FROM prize_stock_log WHERE prize_id = 101 ORDER BY id")
    assert log == [(10, "STARTED"), (5, "RESTOCKED"), (-15, "RESTOCKED")]
    assert not await admin.world.differences()


async def test_what_is_no_restock_is_refused(sqlite_admin: Desk) -> None:
    admin = sqlite_admin
    for units in (0, 10**8 + 1, -(10**8) - 1, 1.5, "5", None, True):
        assert await admin.refused("POST", RESTOCK, {"units": units}, version=1) == (422, "VALIDATION_ERROR")
    assert await admin.refused("POST", RESTOCK, {}, version=1) == (422, "VALIDATION_ERROR")
    assert await admin.refused("POST", RESTOCK, {"units": 5, "left": 9}, version=1) == (422, "VALIDATION_ERROR")
    assert await admin.refused("POST", RESTOCK, {"units": -11}, version=1) == (422, "VALIDATION_ERROR")
    assert await admin.refused("POST", RESTOCK, {"units": 5}) == (428, "PRECONDITION_REQUIRED")
    assert await admin.refused("POST", RESTOCK, {"units": 5}, version=7) == (409, "VERSION_CONFLICT")
    assert await admin.refused("POST", f"{STOCK}/104/restock", {"units": 5}, version=1) == (404, "NOT_FOUND")
    assert await admin.refused("POST", "/games/poker/stock/1/restock", {"units": 5}, version=1) == (
        404, "GAME_NOT_FOUND",
    )  # fmt: skip
    assert await admin.refused("POST", f"{STOCK}/{2**63}/restock", {"units": 5}, version=1) == (422, "VALIDATION_ERROR")


async def test_of_two_restocks_on_one_version_one_counts(admin: Desk) -> None:
    for version in range(1, 4):
        calls = (admin.send("POST", RESTOCK, {"units": 1}, version=version) for _ in range(4))
        answers = await asyncio.gather(*calls)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 3}
    assert (await line(admin))["left"] == 13


async def test_stock_goes_on_through_versions_and_another_number_is_refused(admin: Desk) -> None:
    await admin.ok("POST", RESTOCK, {"units": -4}, version=1)
    same = await admin.ok("POST", CONFIGS, {"config": lottery(weight=99)})
    await admin.ok("POST", f"{CONFIGS}/{same['id']}/activate")
    assert (await line(admin))["left"] == 6
    refused = await admin.send("POST", CONFIGS, {"config": lottery(stock=11)})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "INVALID_LOTTERY_CONFIG")
    assert refused.json()["error"]["details"][0]["field"] == "prizes[id=101].stock"
    assert "restock" in refused.json()["error"]["details"][0]["reason"]


async def test_of_two_drafts_that_start_a_prize_differently_the_second_is_not_put_in_force(admin: Desk) -> None:
    drafts = [await admin.ok("POST", CONFIGS, {"config": lottery(id=900, stock=n)}) for n in (1, 2)]
    await admin.ok("POST", f"{CONFIGS}/{drafts[0]['id']}/activate")
    refusal = await admin.refused("POST", f"{CONFIGS}/{drafts[1]['id']}/activate")
    assert refusal == (422, "INVALID_LOTTERY_CONFIG")
    old = await line(admin, 101)
    assert (old["is_in_force"], (await line(admin, 900))["is_in_force"]) == (False, True)


async def test_an_endless_prize_may_get_stock_later_and_the_other_way_round(admin: Desk) -> None:
    for config, left in ((lottery(id=901, stock=None), None), (lottery(id=901, stock=3), 3), (lottery(), 10)):
        added = await admin.ok("POST", CONFIGS, {"config": config})
        await admin.ok("POST", f"{CONFIGS}/{added['id']}/activate")
        wanted = 101 if config["prizes"][0]["id"] == 101 else 901
        items = {item["prize_id"]: item["left"] for item in (await admin.get(STOCK))["items"]}
        assert items.get(wanted) == left


@pytest.mark.parametrize("game", ["roulette", "dice", "lottery"])
async def test_a_config_that_names_a_price_is_refused(sqlite_admin: Desk, game: str) -> None:
    """Tickets are earned, never bought: there is no field to say what one costs, and none to pay money out."""
    config = (await sqlite_admin.get(f"/games/{game}/configs"))["items"][0]["config"]
    for price in ({"price": 500}, {"ticket_price_krw": 500}, {"currency": "KRW"}):
        refusal = await sqlite_admin.refused("POST", f"/games/{game}/configs", {"config": config | price})
        assert refusal == (422, f"INVALID_{game.upper()}_CONFIG")
