"""What was sent is claimed once, until it expires or is withdrawn; its sender does not approve what is large."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.admin.desk import Desk, desk_of, newest_audit
from tests.rewards.promotions import codes
from tests.world import Person, World, key

POINTS = [{"reward_type": "POINT", "reward_amount": 300}]


@pytest.fixture
async def admin(world: World) -> Desk:
    return await desk_of(world, "kim@example.com", "admin")


def mailing(world: World, *players: Person, **changes: Any) -> dict[str, Any]:
    expires = (world.clock.now() + timedelta(days=7)).isoformat()
    ids = [player.id for player in players]
    body = {"title_ko": "사과", "title_en": "Sorry", "rewards": POINTS, "expires_at": expires, "user_ids": ids}
    return body | changes


async def inbox(world: World, player: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.ok("GET", "/api/inbox", headers=player.headers))["items"]
    return found


async def claim(world: World, player: Person, item_id: int | None = None) -> Any:
    path = "/api/inbox/claim-all" if item_id is None else f"/api/inbox/{item_id}/claim"
    return await world.client.post(path, headers=player.headers)


async def test_an_item_is_claimed_once_however_many_ask(world: World, admin: Desk) -> None:
    player, other = await world.player("a"), await world.player("b")
    rewards = [*POINTS, {"reward_type": "TOKEN", "reward_amount": 2, "token_type": "DICE_TOKEN"}]
    sent = await admin.ok("POST", "/inbox", mailing(world, player, other, player, rewards=rewards))
    assert (sent["recipients"], sent["claimed"]) == (2, 0)
    item = (await inbox(world, player))[0]
    assert (item["state"], item["title"], len(item["rewards"])) == ("WAITING", {"ko": "사과", "en": "Sorry"}, 2)
    answers = await asyncio.gather(*(claim(world, player, item["id"] if n % 2 else None) for n in range(8)))
    paid = [a for a in answers if a.is_success and a.json() != []]
    assert len(paid) == 1
    assert set(codes(answers)) <= {"OK", "REWARD_ALREADY_CLAIMED"}
    assert codes([await claim(world, other, item["id"])]) == {"INBOX_NOT_FOUND": 1}, "it is not theirs"
    assert (await inbox(world, player))[0]["state"] == "CLAIMED"
    wallets = "SELECT token_type, balance FROM wallets WHERE user_id = :u ORDER BY token_type"
    assert await world.rows(wallets, u=player.id) == [("DICE_TOKEN", 2), ("POINT", 300)]
    assert (await admin.get(f"/inbox/{sent['id']}"))["claimed"] == 1
    assert not await world.differences()


async def test_it_expires_to_the_instant_and_what_is_withdrawn_is_gone(world: World, admin: Desk) -> None:
    player, other = await world.player("a"), await world.player("b")
    await admin.ok("POST", "/inbox", mailing(world, player, other))
    second = await admin.ok("POST", "/inbox", mailing(world, player, other))
    first_of = [(await inbox(world, someone))[1]["id"] for someone in (player, other)]
    second_of = [(await inbox(world, someone))[0]["id"] for someone in (player, other)]
    await claim(world, player, second_of[0])
    refusal = await admin.send("POST", f"/inbox/{second['id']}/withdraw")
    assert (refusal.status_code, refusal.json()["error"]["details"][0]["players"]) == (409, 1)
    await admin.ok("POST", f"/inbox/{second['id']}/withdraw", {"players_who_lose": 1})
    assert codes([await claim(world, other, second_of[1])]) == {"INBOX_EXPIRED": 1}
    assert [len(await inbox(world, someone)) for someone in (player, other)] == [2, 1]
    world.clock.advance(days=7, microseconds=-1)
    assert codes([await claim(world, player, first_of[0])]) == {"OK": 1}
    world.clock.advance(microseconds=1)
    assert (await inbox(world, other))[0]["state"] == "EXPIRED"
    assert codes([await claim(world, other, first_of[1])]) == {"INBOX_EXPIRED": 1}
    everything = await claim(world, other)
    assert everything.json() == []
    audits = await world.rows("SELECT action FROM admin_audit_log WHERE action LIKE 'MAILING%' ORDER BY id")
    assert audits == [("MAILING_SENT",), ("MAILING_SENT",), ("MAILING_WITHDRAWN",)]
    assert not await world.differences()


async def test_a_large_gift_waits_for_somebody_else_than_its_sender(world: World, admin: Desk) -> None:
    player = await world.player("a")
    large = [{"reward_type": "POINT", "reward_amount": 20_000}]
    await admin.ok("POST", "/inbox", mailing(world, player, rewards=large))
    same = player.headers | key()
    first, again = [await world.client.post("/api/inbox/claim-all", headers=same) for _ in range(2)]
    assert (first.json()[0]["rewards"][0]["state"], again.content) == ("APPROVAL", first.content)
    reward = (await admin.get("/rewards", state="APPROVAL"))["items"][0]
    assert await admin.refused("POST", f"/rewards/{reward['id']}/approve") == (403, "SECOND_PERSON_REQUIRED")
    second = await desk_of(world, "lee@example.com", "admin")
    assert (await second.ok("POST", f"/rewards/{reward['id']}/approve"))["state"] == "GRANTED"
    assert not await world.differences()


async def test_what_is_no_mailing_is_refused_whole(sqlite_world: World) -> None:
    world = sqlite_world
    admin = await desk_of(world, "kim@example.com", "admin")
    player = await world.player("a")
    now = world.clock.now()
    bad: list[dict[str, Any]] = [
        {"user_ids": []}, {"user_ids": [player.id, 999]}, {"external_ids": ["a"]}, {"user_ids": [0]},
        {"user_ids": [], "external_ids": ["nobody"]}, {"rewards": []}, {"rewards": [{"reward_type": "NONE"}]},
        {"expires_at": now.isoformat()}, {"expires_at": (now + timedelta(days=367)).isoformat()},
        {"expires_at": "2026-01-01T00:00:00"}, {"title_en": ""}, {"host": "vod"} | {"external_ids": ["a"]},
        {"rewards": [{"reward_type": "TOKEN", "reward_amount": 1, "token_type": "GOLD"}]}, {"to": "all"},
    ]  # fmt: skip
    for change in bad:
        assert await admin.refused("POST", "/inbox", mailing(world, player) | change) == (422, "VALIDATION_ERROR"), (
            change
        )
    rich = mailing(world, player, rewards=[{"reward_type": "POINT", "reward_amount": 10_000_001}])
    assert await admin.refused("POST", "/inbox", rich) == (400, "DAILY_LIMIT_REACHED")
    assert await admin.refused("POST", "/inbox/9/withdraw") == (404, "INBOX_NOT_FOUND")
    by_name = mailing(world, user_ids=[], external_ids=["a"])
    assert (await admin.ok("POST", "/inbox", by_name))["recipients"] == 1
    assert (await newest_audit(world))["action"] == "MAILING_SENT"
    assert Counter(item["state"] for item in await inbox(world, player)) == {"WAITING": 1}
