"""Deliveries as operators see them, and sending them again. Writes webhook_deliveries, admin_audit_log."""

from collections.abc import Sequence
from datetime import datetime

from app.core.errors import AppError, invalid
from app.core.time_utils import kst_text
from app.domain.webhook_config import MAX_REPLAYED
from app.flows.steps.edits import Row
from app.services import House, Services
from app.services.audit_service import AdminAct


async def find_webhook(house: House, endpoint_id: int) -> Row:
    """One endpoint without its secrets, with how many deliveries are in each state. Raises WEBHOOK_NOT_FOUND."""

    async def work(keepers: Services) -> Row:
        return await _with_counts(keepers, await _endpoint(keepers, endpoint_id))

    return await house.read(work)


async def find_delivery(house: House, delivery_id: int) -> Row:
    """One delivery with its body and every try. Raises DELIVERY_NOT_FOUND."""

    async def work(keepers: Services) -> Row:
        found = await _delivery(keepers, delivery_id)
        return found | {"tries": await keepers.delivery.attempts(delivery_id)}

    return await house.read(work)


async def replay_delivery(house: House, act: AdminAct, delivery_id: int) -> Row:
    """Sends one delivery again, now, with the whole schedule before it. Receivers know it by its webhook-id.

    Raises DELIVERY_NOT_FOUND and WEBHOOK_DISABLED.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        found = await _delivery(keepers, delivery_id)
        await _active_endpoint(keepers, found["endpoint_id"])
        await keepers.delivery.replay([delivery_id], now=now)
        before = {"state": found["state"], "attempts": found["attempts"]}
        await keepers.audit.add(act, "DELIVERY_REPLAYED", f"delivery:{delivery_id}", before=before, now=now)
        return await _delivery(keepers, delivery_id)

    return await house.write(work)


async def replay_deliveries(
    house: House, act: AdminAct, endpoint_id: int, *, since: datetime, until: datetime, states: Sequence[str]
) -> int:
    """Sends again what was queued for an endpoint in [since, until) and is in one of these states; returns how many.

    Raises WEBHOOK_NOT_FOUND, WEBHOOK_DISABLED, and VALIDATION_ERROR for a span with too many.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> int:
        await _active_endpoint(keepers, endpoint_id)
        ids = await keepers.delivery.between(endpoint_id, since, until, states, limit=MAX_REPLAYED + 1)
        if len(ids) > MAX_REPLAYED:
            raise invalid(("until", f"more than {MAX_REPLAYED} deliveries: choose a shorter span"))
        count = await keepers.delivery.replay(ids, now=now) if ids else 0
        facts = {"since": kst_text(since), "until": kst_text(until), "states": list(states), "deliveries": count}
        await keepers.audit.add(act, "DELIVERIES_REPLAYED", f"webhook:{endpoint_id}", after=facts, now=now)
        return count

    return await house.write(work)


async def _endpoint(keepers: Services, endpoint_id: int) -> Row:
    found = await keepers.webhook.find(endpoint_id)
    if found is None:
        raise AppError("WEBHOOK_NOT_FOUND")
    return found


async def _active_endpoint(keepers: Services, endpoint_id: int) -> None:
    if not (await _endpoint(keepers, endpoint_id))["is_active"]:
        raise AppError("WEBHOOK_DISABLED")


async def _with_counts(keepers: Services, endpoint: Row) -> Row:
    return endpoint | {"deliveries": await keepers.delivery.counts(endpoint["id"])}


async def _delivery(keepers: Services, delivery_id: int) -> Row:
    found = await keepers.delivery.find(delivery_id)
    if found is None:
        raise AppError("DELIVERY_NOT_FOUND")
    return found
