"""Webhook endpoints: made, changed, switched, given a new secret, tested. Locks hosts' endpoint; reads hosts.

Writes webhook_endpoints, webhook_deliveries (tests), admin_audit_log.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from app.core.addresses import is_public, literal_of
from app.core.errors import AppError, invalid
from app.core.security import new_webhook_secret
from app.domain.webhook_config import MAX_ENDPOINTS, MAX_REPLAYED, EndpointFields
from app.domain.webhooks import TEST_TOPIC, message_of
from app.flows.steps.edits import Row, only, require_version
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.delivery_service import NewDelivery
from app.utils.random_utils import new_id

KEPT = ("host", "name", "url", "topics", "is_active", "disabled_reason", "previous_secret_until", "version")


async def create_webhook(house: House, act: AdminAct, host: str, fields: EndpointFields) -> Row:
    """A new endpoint with its `secret`, which is shown this once. Raises VALIDATION_ERROR for a host unknown."""
    _require_reachable(house, fields)
    now, secret = house.clock.now(), new_webhook_secret()

    async def work(keepers: Services) -> Row:
        known = {one.code: one.id for one in await keepers.identity.active_hosts()}
        if host not in known:
            raise invalid(("host", "unknown host"))
        if await keepers.webhook.count(known[host]) >= MAX_ENDPOINTS:
            raise invalid(("host", f"has {MAX_ENDPOINTS} endpoints already"))
        endpoint_id = await keepers.webhook.add(
            known[host],
            name=fields.name,
            url=fields.url,
            topics=_topics(fields),
            secret=house.secret_box.seal(secret),
            now=now,
        )
        return await _finish(house, keepers, act, endpoint_id, before=None, action="WEBHOOK_CREATED")

    return await house.write(work, is_repeatable=False) | {"secret": secret}


async def change_webhook(
    house: House, act: AdminAct, endpoint_id: int, fields: EndpointFields, *, expected_version: int | None
) -> Row:
    """Name, address and filter anew; what waits goes to the new address. Raises WEBHOOK_NOT_FOUND."""
    _require_reachable(house, fields)

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, endpoint_id, expected_version)
        wanted = {"name": fields.name, "url": fields.url, "topics": _topics(fields)}
        await keepers.webhook.change(endpoint_id, now=house.clock.now(), **wanted)
        return await _finish(house, keepers, act, endpoint_id, before=before, action="WEBHOOK_CHANGED")

    return await house.write(work, is_repeatable=False)


async def switch_webhook(
    house: House,
    act: AdminAct,
    endpoint_id: int,
    *,
    is_active: bool,
    expected_version: int | None,
    sends_missed: bool = False,
) -> Row:
    """Disabled, it is told nothing: what happens meanwhile is held for it. Enabled, what waits goes on.

    With `sends_missed` so does what is held, the oldest first; without, it stays for a replay until it is deleted with
    other deliveries that are over.
    """

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, endpoint_id, expected_version)
        reason = None if is_active else act.reason
        now = house.clock.now()
        await keepers.webhook.change(endpoint_id, now=now, is_active=is_active, disabled_reason=reason)
        if is_active and sends_missed:  # with the switch, so that nothing newer goes before it
            await _send_held(keepers, endpoint_id, now)
        action = "WEBHOOK_ENABLED" if is_active else "WEBHOOK_DISABLED"
        return await _finish(house, keepers, act, endpoint_id, before=before, action=action)

    answer = await house.write(work, is_repeatable=False)
    while is_active and sends_missed:  # what one transaction leaves goes in further ones
        if await house.write(lambda keepers: _send_held(keepers, endpoint_id, house.clock.now())) == 0:
            break
    return answer


async def _send_held(keepers: Services, endpoint_id: int, now: datetime) -> int:
    """Makes the oldest that are held due; returns how many."""
    ids = await keepers.delivery.held(endpoint_id, limit=MAX_REPLAYED)
    return await keepers.delivery.replay(ids, now=now) if ids else 0


async def rotate_webhook_secret(
    house: House, act: AdminAct, endpoint_id: int, *, keep_hours: int, expected_version: int | None
) -> Row:
    """A new `secret`, shown this once. The present one signs beside it for `keep_hours` more; an older one ends."""
    now, secret = house.clock.now(), new_webhook_secret()

    async def work(keepers: Services) -> Row:
        before = await _locked(keepers, endpoint_id, expected_version)
        until = now + timedelta(hours=keep_hours)
        await keepers.webhook.rotate(endpoint_id, house.secret_box.seal(secret), previous_until=until, now=now)
        return await _finish(house, keepers, act, endpoint_id, before=before, action="WEBHOOK_SECRET_ROTATED")

    return await house.write(work, is_repeatable=False) | {"secret": secret}


async def test_webhook(house: House, act: AdminAct, endpoint_id: int) -> Row:
    """Queues a message of the type `webhook.test` and returns its delivery. Raises WEBHOOK_DISABLED."""
    now = house.clock.now()
    message_id = new_id(now)

    async def work(keepers: Services) -> Row:
        found = await _locked(keepers, endpoint_id, None)
        if not found["is_active"]:
            raise AppError("WEBHOOK_DISABLED")
        body = message_of(TEST_TOPIC, now, {"host": found["host"], "endpoint_id": endpoint_id})
        await keepers.delivery.add([NewDelivery(endpoint_id, message_id, TEST_TOPIC, None, body)], now=now)
        after = {"message_id": message_id}
        await keepers.audit.add(act, "WEBHOOK_TESTED", f"webhook:{endpoint_id}", after=after, now=now)
        wanted = {"endpoint_id": endpoint_id, "message_id": message_id}
        return (await keepers.delivery.page(after=None, limit=1, **wanted))[0]

    return await house.write(work, is_repeatable=False)


def _require_reachable(house: House, fields: EndpointFields) -> None:
    """Refuses what no try could ever reach; names are looked up at every try."""
    if house.settings.webhook_allow_private:
        return
    parts = urlsplit(fields.url)
    if parts.scheme != "https":
        raise invalid(("url", "an https URL"))
    address = literal_of(str(parts.hostname))
    if address is not None and not is_public(address):
        raise invalid(("url", "a public address"))


def _topics(fields: EndpointFields) -> list[str]:
    return sorted({topic.value for topic in fields.topics})


async def _locked(keepers: Services, endpoint_id: int, expected_version: int | None) -> Row:
    found = await keepers.webhook.find(endpoint_id, locked=True)
    if found is None:
        raise AppError("WEBHOOK_NOT_FOUND")
    require_version(expected_version, found["version"])
    return found


async def _finish(
    house: House, keepers: Services, act: AdminAct, endpoint_id: int, *, before: Row | None, action: str
) -> Row:
    after = await keepers.webhook.find(endpoint_id) or {}
    kept: tuple[Any, Any] = (None if before is None else only(before, *KEPT), only(after, *KEPT))
    target = f"webhook:{endpoint_id}"
    await keepers.audit.add(act, action, target, before=kept[0], after=kept[1], now=house.clock.now())
    return after
