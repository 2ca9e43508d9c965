"""A HOST reward is ordered by webhook: accepted makes it GRANTED, given up makes it FAILED, unheard lets it wait."""

from app.domain.grants import Grant, RewardType
from app.domain.webhooks import MAX_TRIES
from tests.rewards.gifts import give, stands
from tests.webhooks.receiver import ACCEPTED, Receiver, answer
from tests.webhooks.telling import LEVEL_UP, Telling

BOX = Grant(RewardType.HOST, 1, code="GIFT_BOX")
ORDERED = ["reward.ordered"]


async def test_an_accepted_order_is_granted(telling: Telling, receiver: Receiver) -> None:
    endpoint = await telling.endpoint(receiver, topics=ORDERED)
    player = await telling.world.player("lee")
    await give(telling.world, player, BOX, operation_id="TEST:1")
    receiver.says = answer(503)
    await telling.tell()
    assert (await stands(telling.world, "TEST:1"))[:3] == ("PENDING", 2, "HTTP 503")
    receiver.says = ACCEPTED
    await telling.tell(hours=1)
    assert (await stands(telling.world, "TEST:1"))[0] == "GRANTED"
    order = receiver.verified(endpoint["secret"])[0]["data"]
    assert isinstance(order, dict)
    assert (order["operation_id"], order["code"], order["external_id"]) == ("TEST:1", "GIFT_BOX", "lee")
    assert not await telling.world.differences()


async def test_an_order_that_is_given_up_fails_and_its_replay_grants(
    sqlite_telling: Telling, receiver: Receiver
) -> None:
    telling = sqlite_telling
    await telling.endpoint(receiver, topics=ORDERED)
    player = await telling.world.player("lee")
    await give(telling.world, player, BOX, operation_id="TEST:1")
    receiver.says = answer(500)
    for _ in range(MAX_TRIES):
        await telling.tell(hours=30)
    assert (await stands(telling.world, "TEST:1"))[0] == "FAILED"
    receiver.says = ACCEPTED
    await telling.desk.ok("POST", f"/webhook-deliveries/{(await telling.delivery())['id']}/replay")
    await telling.tell()
    assert (await stands(telling.world, "TEST:1"))[0] == "GRANTED"
    assert not await telling.world.differences()


async def test_an_order_waits_for_an_endpoint_that_takes_it(sqlite_telling: Telling, receiver: Receiver) -> None:
    telling = sqlite_telling
    await telling.endpoint(receiver, topics=[LEVEL_UP])
    player = await telling.world.player("lee")
    await give(telling.world, player, BOX, operation_id="TEST:1")
    await telling.tell()
    waits = await telling.world.rows("SELECT last_error, done_at FROM outbox WHERE topic = 'reward.ordered'")
    assert waits == [("no endpoint takes orders", None)]
    await telling.endpoint(receiver, topics=ORDERED)
    await telling.tell(hours=1)
    assert (await stands(telling.world, "TEST:1"))[0] == "GRANTED"


async def test_an_answer_that_cannot_be_heeded_is_asked_for_again(sqlite_telling: Telling, receiver: Receiver) -> None:
    """The reward is GRANTED before the try counts as accepted: what breaks between repeats the order, no more."""
    telling = sqlite_telling
    await telling.endpoint(receiver, topics=ORDERED)
    player = await telling.world.player("lee")
    await give(telling.world, player, BOX, operation_id="TEST:1")
    await telling.world.sql("ALTER TABLE reward_log RENAME TO away")
    await telling.tell()
    await telling.world.sql("ALTER TABLE away RENAME TO reward_log")
    delivery = await telling.delivery()
    assert (delivery["state"], delivery["last_error"]) == ("PENDING", "the answer could not be heeded")
    await telling.tell(hours=1)
    assert (len(receiver.heard), len(set(receiver.ids))) == (2, 1)
    assert (await stands(telling.world, "TEST:1"))[0] == "GRANTED"
