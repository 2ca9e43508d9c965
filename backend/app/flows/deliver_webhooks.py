"""Sends what is due to the hosts' endpoints. Nothing is held open while it sends: take, commit, send, record, commit.

Locks and writes webhook_deliveries, webhook_attempts; on 410 webhook_endpoints, admin_audit_log.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from app.core.alarms import raise_alarm, raise_alarm_seldom
from app.core.replies import Reply
from app.core.time_utils import Clock
from app.core.webhook_sender import WebhookSender
from app.domain.webhooks import GONE, DeliveryState, Verdict, judge, signature
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.delivery_service import Taken
from app.services.webhook_service import Endpoint
from app.utils.random_utils import jitter, new_id

log = structlog.get_logger()
ACTOR = "system:webhooks"
AT_ONCE = 16  # requests to one endpoint
# above the longest time-out of a request, so that a try under way is nobody else's
LEASE_SECONDS = 60
# how long one endpoint is served before all are looked at anew
TURN_SECONDS = 5.0


# told of every try before it is written down, so that what follows from it can't be lost; may be told again
Heed = Callable[[Taken, Reply, Verdict], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Post:
    """The way out. `clock` is the machine's own: receivers compare the time in the signature with theirs."""

    sender: WebhookSender
    clock: Clock


@dataclass(frozen=True, slots=True)
class Tried:
    """One try and what it means."""

    taken: Taken
    reply: Reply
    verdict: Verdict


async def deliver_webhooks(house: House, post: Post, goes_on: Callable[[], bool], heed: Heed) -> int:
    """Sends what is due, every endpoint beside the others, and returns how many tries were made.

    A slow or dead receiver delays only itself, and others by one time-out at most.
    """
    now = house.clock.now()
    endpoints = await house.read(lambda keepers: keepers.delivery.due_endpoints(now))
    served = (_serve(house, post, endpoint_id, goes_on, heed) for endpoint_id in endpoints)
    tries = await asyncio.gather(*served, return_exceptions=True)
    broken = [one for one in tries if isinstance(one, BaseException)]
    if broken:  # the others have had their turn
        raise broken[0]
    return sum(one for one in tries if isinstance(one, int))


async def _serve(house: House, post: Post, endpoint_id: int, goes_on: Callable[[], bool], heed: Heed) -> int:
    """Sends to one endpoint until nothing is due, nothing is accepted, or its turn is over."""
    tries, until = 0, time.monotonic() + TURN_SECONDS
    while goes_on() and time.monotonic() < until:
        endpoint, taken = await _take(house, endpoint_id)
        if endpoint is None or not taken:
            break
        tried = await asyncio.gather(*(_try(house, post, endpoint, one) for one in taken))
        heeded = await asyncio.gather(*(_heed(house, heed, one) for one in tried))
        await _record(house, endpoint, heeded)
        tries += len(taken)
        if not any(one.reply.is_accepted for one in heeded):
            break
    return tries


async def _take(house: House, endpoint_id: int) -> tuple[Endpoint | None, list[Taken]]:
    now = house.clock.now()

    async def work(keepers: Services) -> tuple[Endpoint | None, list[Taken]]:
        endpoint = await keepers.webhook.sending_to(endpoint_id)
        if endpoint is None:
            return None, []
        lease = {"lease_id": new_id(now), "lease_seconds": LEASE_SECONDS}
        return endpoint, await keepers.delivery.take(endpoint_id, now, **lease, limit=AT_ONCE)  # type: ignore[arg-type]

    return await house.write(work)


async def _try(house: House, post: Post, endpoint: Endpoint, taken: Taken) -> Tried:
    timestamp = int(post.clock.now().timestamp())
    signing_secrets = [house.secret_box.open(secret) for secret in endpoint.live_secrets(house.clock.now())]
    headers = {
        "webhook-id": taken.message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(signing_secrets, taken.message_id, timestamp, taken.body),
    }
    return _judged(house, taken, await post.sender.send(endpoint.url, taken.body, headers))


def _judged(house: House, taken: Taken, reply: Reply) -> Tried:
    return Tried(taken, reply, judge(reply, taken.retry_no, house.clock.now(), spread=jitter(1.0)))


async def _heed(house: House, heed: Heed, tried: Tried) -> Tried:
    """The try, or a failed one when what follows from it couldn't be done: then the schedule makes it again."""
    try:
        await heed(tried.taken, tried.reply, tried.verdict)
    except Exception as error:
        raise_alarm_seldom("webhook_not_heeded", delivery=tried.taken.id, reason=f"{type(error).__name__}: {error}")
        failed = replace(tried.reply, status=None, error="the answer could not be heeded", retry_after=None)
        return _judged(house, tried.taken, failed)
    return tried


async def _record(house: House, endpoint: Endpoint, tried: list[Tried]) -> None:
    """Writes what came of the tries; alarms follow the commit."""
    now = house.clock.now()

    async def work(keepers: Services) -> list[Tried]:
        kept = [t for t in tried if await keepers.delivery.record(t.taken, t.reply, t.verdict, now=now)]
        if any(one.verdict.is_gone for one in kept):
            await _disable(keepers, endpoint, now)
        return kept

    kept = await house.write(work)
    if len(kept) < len(tried):
        log.warning("webhook_lease_lost", endpoint=endpoint.id, deliveries=len(tried) - len(kept))
    _raise_alarms(endpoint, [one.verdict for one in kept])


async def _disable(keepers: Services, endpoint: Endpoint, now: datetime) -> None:
    """410: nobody listens there any more. What waits stays, in case an operator enables it again."""
    found = await keepers.webhook.find(endpoint.id, locked=True)
    if found is None or not found["is_active"]:
        return
    reason = f"it answered {GONE} Gone"
    await keepers.webhook.change(endpoint.id, now=now, is_active=False, disabled_reason=reason)
    act = AdminAct(ACTOR, reason, None)
    changed = ({"is_active": True}, {"is_active": False})
    await keepers.audit.add(
        act, "WEBHOOK_DISABLED", f"webhook:{endpoint.id}", before=changed[0], after=changed[1], now=now
    )


def _raise_alarms(endpoint: Endpoint, verdicts: list[Verdict]) -> None:
    if any(verdict.is_gone for verdict in verdicts):
        raise_alarm("webhook_gone", endpoint=endpoint.id)
    dead = sum(verdict.state is DeliveryState.DEAD and not verdict.is_gone for verdict in verdicts)
    if dead:
        raise_alarm("webhook_dead", endpoint=endpoint.id, deliveries=dead)
