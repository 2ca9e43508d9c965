"""Operators set endpoints, see what became of each message, and send it again."""

from typing import Any

import pytest

from app.domain.webhook_config import MAX_ENDPOINTS
from tests.admin.desk import Desk, desk_of, newest_audit
from tests.webhooks.receiver import Receiver, answer
from tests.webhooks.telling import GRANTED, LEVEL_UP, Telling
from tests.world import World

FIELDS: dict[str, Any] = {"name": "LMS", "url": "https://lms.example/hooks"}


async def test_an_endpoint_is_made_changed_and_switched_with_an_etag_and_an_audit(world: World) -> None:
    desk = await desk_of(world, "kim@example.com", "admin")
    created = await desk.send("POST", "/webhooks", FIELDS | {"topics": [GRANTED, LEVEL_UP, GRANTED]})
    made = created.json()
    assert (created.status_code, created.headers["etag"], made["topics"]) == (201, '"1"', [GRANTED, LEVEL_UP])
    assert made["secret"].startswith("whsec_")
    path = f"/webhooks/{made['id']}"
    seen = await desk.get(path)
    assert seen["deliveries"] == {"PENDING": 0, "DELIVERED": 0, "DEAD": 0, "HELD": 0}
    assert "secret" not in seen
    changed = await desk.ok("PUT", path, FIELDS | {"name": "Other"}, version=1)
    assert (changed["name"], changed["topics"], changed["version"]) == ("Other", [], 2)
    assert await desk.refused("PUT", path, FIELDS, version=1) == (409, "VERSION_CONFLICT")
    assert await desk.refused("PUT", path, FIELDS) == (428, "PRECONDITION_REQUIRED")
    assert (await desk.ok("POST", f"{path}/disable", version="*"))["disabled_reason"] == "a test asks for it"
    assert await desk.refused("POST", f"{path}/test") == (409, "WEBHOOK_DISABLED")
    assert (await desk.ok("POST", f"{path}/enable", version=3))["disabled_reason"] is None
    rotated = await desk.ok("POST", f"{path}/rotate-secret", version=4)
    assert rotated["secret"] != made["secret"]
    audit = await newest_audit(world)
    assert (audit["action"], audit["before"]["version"], audit["after"]["version"]) == ("WEBHOOK_SECRET_ROTATED", 4, 5)
    story = str(await world.rows("SELECT * FROM admin_audit_log")) + str(await desk.get("/webhooks"))
    story += str(await world.rows("SELECT * FROM webhook_endpoints"))
    assert made["secret"] not in story
    assert rotated["secret"] not in story
    for method, what in (("PUT", ""), ("POST", "/disable"), ("POST", "/rotate-secret")):
        body = FIELDS if method == "PUT" else None
        assert await desk.refused(method, f"/webhooks/999{what}", body, version="*") == (404, "WEBHOOK_NOT_FOUND")


BAD: dict[str, dict[str, Any]] = {
    "another scheme": {"url": "ftp://lms.example/x"},
    "no host": {"url": "https:///x"},
    "a password": {"url": "https://kim:pw@lms.example/"},
    "a fragment": {"url": "https://lms.example/#x"},
    "a port of nowhere": {"url": "https://lms.example:99999/"},
    "a broken address": {"url": "https://[::1/"},
    "a space": {"url": "https://lms.example/a b"},
    "Korean, not encoded": {"url": "https://도장.example/"},
    "too long": {"url": "https://lms.example/" + "a" * 500},
    "open": {"url": "http://lms.example/hooks"},
    "this machine": {"url": "https://127.0.0.1/hooks"},
    "the cloud's own address": {"url": "https://[::ffff:169.254.169.254]/"},
    "an unknown topic": {"topics": ["nothing"]},
    "the test topic": {"topics": ["webhook.test"]},
    "a topic that is no text": {"topics": [1]},
    "an unknown host": {"host": "nobody"},
    "an unknown field": {"secret": "whsec_mine"},
    "no name": {"name": " "},
    "no reason": {"reason": ""},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
async def test_a_bad_endpoint_is_refused(calm_desk: Desk, change: dict[str, Any]) -> None:
    assert await calm_desk.refused("POST", "/webhooks", FIELDS | change) == (422, "VALIDATION_ERROR")
    assert await calm_desk.world.rows("SELECT COUNT(*) FROM webhook_endpoints") == [(0,)]


async def test_a_host_has_so_many_endpoints_and_a_list_goes_on_by_key(sqlite_world: World) -> None:
    desk = await desk_of(sqlite_world, "kim@example.com", "admin")
    for number in range(MAX_ENDPOINTS):
        await desk.ok("POST", "/webhooks", FIELDS | {"name": f"n{number}"})
    assert await desk.refused("POST", "/webhooks", FIELDS) == (422, "VALIDATION_ERROR")
    first = await desk.get("/webhooks", limit=15, host="main")
    rest = await desk.get("/webhooks", limit=15, after=first["next"])
    assert [one["name"] for one in first["items"] + rest["items"]] == [f"n{n}" for n in range(MAX_ENDPOINTS)][::-1]
    assert not rest["has_more"]
    assert (await desk.get("/webhooks", host="other"))["items"] == []


async def test_a_test_message_shows_whether_it_arrives(sqlite_telling: Telling, receiver: Receiver) -> None:
    telling = sqlite_telling
    endpoint = await telling.endpoint(receiver, topics=[LEVEL_UP])
    queued = await telling.desk.ok("POST", f"/webhooks/{endpoint['id']}/test")
    assert (queued["topic"], queued["state"]) == ("webhook.test", "PENDING")
    await telling.tell()
    assert receiver.verified(endpoint["secret"])[0]["data"] == {"host": "main", "endpoint_id": endpoint["id"]}
    assert receiver.ids == [queued["message_id"]]
    assert not await telling.world.differences()


async def test_deliveries_are_found_and_replayed_by_range(telling: Telling, receiver: Receiver) -> None:
    desk, world = telling.desk, telling.world
    endpoint = await telling.endpoint(receiver)
    lee = await telling.stamp("lee")
    await telling.tell()
    receiver.says = answer(410)
    await telling.stamp("kim")
    await telling.tell(hours=1)
    await desk.ok("POST", f"/webhooks/{endpoint['id']}/enable", version="*")
    assert len(await telling.deliveries(state="DEAD")) == 2
    assert len(await telling.deliveries(user_id=lee.id)) == 2
    assert len(await telling.deliveries(user_id=lee.id, topic=GRANTED, state="DELIVERED")) == 1
    assert await telling.deliveries(webhook_id=999) == []
    page = await desk.get("/webhook-deliveries", limit=3)
    assert len((await desk.get("/webhook-deliveries", limit=3, after=page["next"]))["items"]) == 1
    receiver.says, receiver.heard = answer(200), []
    path = f"/webhooks/{endpoint['id']}/replay"
    span = {"since": "2025-12-10T12:30:00+09:00", "until": "2025-12-10T14:00:00+09:00"}
    assert await desk.ok("POST", path, span) == {"replayed": 2}
    await telling.tell()
    assert len(receiver.heard) == 2
    assert await desk.ok("POST", path, span | {"since": "2025-12-10T11:00:00+09:00", "states": ["DELIVERED"]}) == {
        "replayed": 4
    }
    await telling.tell()
    assert (len(receiver.heard), len(set(receiver.ids))) == (6, 4)
    assert await desk.ok("POST", path, span) == {"replayed": 0}
    bad: tuple[dict[str, Any], ...] = (
        {"until": span["since"]}, {"states": []}, {"states": ["PENDING"]}, {"since": "2025-12-10"}, {"more": 1},
    )  # fmt: skip
    for change in bad:
        assert await desk.refused("POST", path, span | change) == (422, "VALIDATION_ERROR")
    assert await desk.refused("POST", "/webhooks/999/replay", span) == (404, "WEBHOOK_NOT_FOUND")
    assert await desk.refused("POST", "/webhook-deliveries/999/replay") == (404, "DELIVERY_NOT_FOUND")
    await desk.ok("POST", f"/webhooks/{endpoint['id']}/disable", version="*")
    one = (await telling.deliveries())[0]["id"]
    assert await desk.refused("POST", f"/webhook-deliveries/{one}/replay") == (409, "WEBHOOK_DISABLED")
    assert await desk.refused("POST", path, span) == (409, "WEBHOOK_DISABLED")
    assert not await world.differences()
