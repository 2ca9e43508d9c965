"""Webhooks in the format of Standard Webhooks (standardwebhooks.com): messages, signatures, and when to try again."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from pydantic_core import to_json

from app.core.replies import Reply
from app.core.time_utils import kst_text

SECRET_PREFIX = "whsec_"
TEST_TOPIC = "webhook.test"
# after the first try, as the specification proposes; the last one is some 75 hours after the cause
RETRY_AFTER_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
MAX_TRIES = len(RETRY_AFTER_SECONDS) + 1
# spreads what failed together over a fifth more time, so that it doesn't come back together
JITTER = 0.2
LONGEST_WAIT = timedelta(days=1)
GONE = 410


class DeliveryState(StrEnum):
    """PENDING is tried until it is DELIVERED, or DEAD: given up until somebody replays it.

    HELD came while its endpoint was off: it is sent when an operator says so, and goes with what is over.
    """

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"
    HELD = "HELD"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a try means: how the delivery stands, when it is tried again, and whether its endpoint is gone."""

    state: DeliveryState
    retry_no: int
    next_at: datetime | None
    is_gone: bool = False


def message_of(topic: str, created_at: datetime, data: dict[str, Any]) -> str:
    """The body of a message, as it is signed and sent."""
    return to_json({"type": topic, "timestamp": kst_text(created_at), "data": data}).decode()


def signature(signing_secrets: Sequence[str], message_id: str, timestamp: int, body: str) -> str:
    """The header `webhook-signature`: one signature for each live secret, the newest first."""
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return " ".join(f"v1,{base64.b64encode(_hmac(secret, signed)).decode()}" for secret in signing_secrets)


def _hmac(secret: str, signed: bytes) -> bytes:
    return hmac.digest(base64.b64decode(secret.removeprefix(SECRET_PREFIX)), signed, hashlib.sha256)


def judge(reply: Reply, retry_no: int, now: datetime, *, spread: float) -> Verdict:
    """What a reply means for a delivery that was tried again `retry_no` times before; `spread` is in 0..1.

    Accepted is any 2xx. 410 says that nobody listens there any more. All else is tried again, redirects included,
    not before the moment that the receiver named, until the schedule ends.
    """
    if reply.is_accepted:
        return Verdict(DeliveryState.DELIVERED, retry_no, None)
    if reply.status == GONE:
        return Verdict(DeliveryState.DEAD, retry_no, None, is_gone=True)
    if retry_no >= len(RETRY_AFTER_SECONDS):
        return Verdict(DeliveryState.DEAD, retry_no, None)
    planned = timedelta(seconds=RETRY_AFTER_SECONDS[retry_no] * (1 + JITTER * spread))
    wait = max(planned, asked_wait(reply.retry_after, now))
    return Verdict(DeliveryState.PENDING, retry_no + 1, now + wait)


def asked_wait(header: str | None, now: datetime) -> timedelta:
    """What Retry-After asks for, a day at most; nothing where it says nothing that can be understood."""
    if header is None:
        return timedelta()
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    if until.tzinfo is None:
        return timedelta()
    return min(max(until - now, timedelta()), LONGEST_WAIT)
