"""What happens reaches the host that wants to hear of it: signed, once it can, and never by a wrong way."""

from datetime import datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.webhooks import MAX_TRIES, RETRY_AFTER_SECONDS
from tests.webhooks.receiver import ACCEPTED, Receiver, answer
from tests.webhooks.telling import GRANTED, LEVEL_UP, Telling


async def test_a_level_up_and_its_reward_reach_the_host_signed_and_once(telling: Telling, receiver: Receiver) -> None:
    endpoint = await telling.endpoint(receiver)
    player = await telling.stamp()
    await telling.tell()
    await telling.tell(hours=1)
    messages = receiver.verified(endpoint["secret"])
    assert sorted(str(message["type"]) for message in messages) == [GRANTED, LEVEL_UP]
    level_up = next(message for message in messages if message["type"] == LEVEL_UP)
    assert level_up["timestamp"] == "2025-12-10T12:00:00+09:00"
    assert level_up["data"] == {
        "host": "main", "external_id": "lee", "user_id": player.id, "season_id": telling.world.season_id, "level": 1,
    }  # fmt: skip
    announced = await telling.world.rows("SELECT id FROM outbox ORDER BY id")
    assert sorted(receiver.ids) == [row[0] for row in announced]
    assert receiver.heard[0].headers["content-type"] == "application/json"
    assert {one["state"] for one in await telling.deliveries()} == {"DELIVERED"}
    assert not await telling.world.differences()
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(receiver.heard[0].body + " ", receiver.heard[0].headers)


async def test_an_endpoint_hears_only_what_it_asked_for_and_of_its_own_players(
    sqlite_telling: Telling, receiver: Receiver, other_receiver: Receiver
) -> None:
    telling, now = sqlite_telling, sqlite_telling.world.clock.now()
    await telling.world.house.write(lambda keepers: keepers.identity.add_host("other", "Other", now=now))
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    await telling.endpoint(other_receiver, host="other")
    await telling.stamp()
    await telling.tell()
    assert [one["topic"] for one in await telling.deliveries()] == [LEVEL_UP]
    assert (len(receiver.heard), other_receiver.heard) == (1, [])


async def test_a_receiver_that_is_down_for_an_hour_gets_everything_afterwards(
    telling: Telling, receiver: Receiver
) -> None:
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    await receiver.close()
    await telling.stamp()
    begun, tries = telling.world.clock.now(), []
    for planned in RETRY_AFTER_SECONDS[:4]:
        await telling.tell()
        delivery = await telling.delivery()
        tries.append(delivery["attempts"])
        wait = datetime.fromisoformat(delivery["next_at"]) - telling.world.clock.now()
        assert timedelta(seconds=planned) <= wait <= timedelta(seconds=planned * 1.2)
        await telling.tell(hours=planned / 2 / 3600)  # not yet
        telling.world.clock.set(datetime.fromisoformat(delivery["next_at"]))
        if telling.world.clock.now() - begun > timedelta(hours=1):
            await receiver.open()
            break
    await telling.tell()
    assert tries == [1, 2, 3, 4]
    delivery = await telling.delivery()
    assert (delivery["state"], delivery["attempts"]) == ("DELIVERED", 5)
    assert [one["error"] for one in delivery["tries"]] == ["the request failed: ConnectError"] * 4 + [None]
    assert len(receiver.verified(endpoint["secret"])) == 1
    assert not await telling.world.differences()


async def test_what_is_never_accepted_is_given_up_and_can_be_replayed(
    sqlite_telling: Telling, receiver: Receiver
) -> None:
    telling = sqlite_telling
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    receiver.says = answer(500, body=b"out of \x00\x07 order")
    await telling.stamp()
    for _ in range(MAX_TRIES + 3):
        await telling.tell(hours=30)
    delivery = await telling.delivery()
    assert (delivery["state"], delivery["attempts"], delivery["next_at"]) == ("DEAD", MAX_TRIES, None)
    assert (delivery["tries"][0]["status"], delivery["tries"][0]["answer"]) == (500, "out of   order")
    assert len(set(receiver.ids)) == 1, "receivers tell repeats by webhook-id"
    receiver.says = ACCEPTED
    replayed = await telling.desk.ok("POST", f"/webhook-deliveries/{delivery['id']}/replay")
    assert replayed["state"] == "PENDING"
    await telling.tell()
    delivery = await telling.delivery()
    assert (delivery["state"], delivery["attempts"]) == ("DELIVERED", MAX_TRIES + 1)
    assert len(set(receiver.ids)) == 1
    assert not await telling.world.differences()


async def test_gone_disables_the_endpoint_and_keeps_what_waits(telling: Telling, receiver: Receiver) -> None:
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    await receiver.close()
    await telling.stamp("waits")
    await telling.tell()
    receiver.says = answer(410)
    await receiver.open()
    await telling.stamp("meets the end")
    await telling.tell()
    path = f"/webhooks/{endpoint['id']}"
    seen = await telling.desk.get(path)
    assert (seen["is_active"], seen["disabled_reason"]) == (False, "it answered 410 Gone")
    assert seen["deliveries"] == {"PENDING": 1, "DELIVERED": 0, "DEAD": 1, "HELD": 0}
    acts = await telling.world.rows("SELECT actor FROM admin_audit_log WHERE action = 'WEBHOOK_DISABLED'")
    assert acts == [("system:webhooks",)]
    heard = len(receiver.heard)
    await telling.stamp("unheard")
    await telling.tell(hours=3)
    assert len(receiver.heard) == heard
    assert [one["state"] for one in await telling.deliveries()][-1] == "HELD", "kept, and not sent unasked"
    receiver.says = ACCEPTED
    await telling.desk.ok("POST", f"{path}/enable", version=seen["version"])
    await telling.tell()
    assert (await telling.desk.get(path))["deliveries"] == {"PENDING": 0, "DELIVERED": 1, "DEAD": 1, "HELD": 1}
    assert not await telling.world.differences()


async def test_a_slow_receiver_is_given_up_and_delays_nobody_else(
    sqlite_telling: Telling, receiver: Receiver, other_receiver: Receiver
) -> None:
    telling = sqlite_telling
    slow = await telling.endpoint(receiver, topics=[LEVEL_UP])
    await telling.endpoint(other_receiver, topics=[LEVEL_UP])
    receiver.delay_seconds = 30
    telling.world.container.post.sender._timeout_seconds = 1
    await telling.stamp()
    await telling.tell()
    (late,) = await telling.deliveries(webhook_id=slow["id"])
    assert (late["state"], late["last_error"], late["last_status"]) == ("PENDING", "no answer within 1 s", None)
    assert len(other_receiver.heard) == 1


async def test_a_redirect_is_not_followed(
    sqlite_telling: Telling, receiver: Receiver, other_receiver: Receiver
) -> None:
    await sqlite_telling.endpoint(receiver, topics=[LEVEL_UP])
    receiver.says = answer(307, f"location: {other_receiver.url}")
    await sqlite_telling.stamp()
    await sqlite_telling.tell()
    delivery = await sqlite_telling.delivery()
    assert (delivery["state"], delivery["last_error"]) == ("PENDING", "HTTP 307, not followed")
    assert (len(receiver.heard), other_receiver.heard) == (1, [])


async def test_retry_after_is_waited_for(sqlite_telling: Telling, receiver: Receiver) -> None:
    telling = sqlite_telling
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    receiver.says = answer(429, "retry-after: 900")
    await telling.stamp()
    await telling.tell()
    expected = telling.world.clock.now() + timedelta(seconds=900)
    assert datetime.fromisoformat((await telling.delivery())["next_at"]) == expected
    receiver.says = ACCEPTED
    await telling.tell(hours=0.24)
    assert len(receiver.heard) == 1
    await telling.tell(hours=0.02)
    assert len(receiver.heard) == 2


async def test_only_the_start_of_a_long_answer_is_read(sqlite_telling: Telling, receiver: Receiver) -> None:
    await sqlite_telling.endpoint(receiver, topics=[LEVEL_UP])
    receiver.says = answer(200, body=b"x" * 20_000_000)
    await sqlite_telling.stamp()
    await sqlite_telling.tell()
    delivery = await sqlite_telling.delivery()
    assert (delivery["state"], delivery["tries"][0]["answer"]) == ("DELIVERED", "x" * 200)


async def test_two_secrets_sign_while_a_receiver_changes_over(sqlite_telling: Telling, receiver: Receiver) -> None:
    telling = sqlite_telling
    old = await telling.endpoint(receiver, topics=[LEVEL_UP])
    path = f"/webhooks/{old['id']}/rotate-secret"
    new = await telling.desk.ok("POST", path, {"keep_hours": 24}, version=1)
    await telling.stamp("one")
    await telling.tell(hours=1)
    assert len(receiver.verified(old["secret"])) == len(receiver.verified(new["secret"])) == 1
    await telling.stamp("two")
    await telling.tell(hours=24)
    after = receiver.heard.pop()
    Webhook(new["secret"]).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old["secret"]).verify(after.body, after.headers)
    leaked = new["secret"]
    await telling.desk.ok("POST", path, {"keep_hours": 0}, version=2)
    await telling.stamp("three")
    await telling.tell()
    with pytest.raises(WebhookVerificationError):
        Webhook(leaked).verify(receiver.heard[-1].body, receiver.heard[-1].headers)
