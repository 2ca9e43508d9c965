"""When a webhook is tried again, and how it is signed."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from app.core.replies import Reply
from app.core.security import new_webhook_secret
from app.domain.webhooks import RETRY_AFTER_SECONDS, DeliveryState, asked_wait, judge, signature

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
# from the specification's own tests
VECTOR = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330)


def test_the_signature_is_that_of_the_specification() -> None:
    secret, message_id, timestamp = VECTOR
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature([secret], message_id, timestamp, '{"test": 2432232314}') == expected


def test_the_reference_library_signs_alike() -> None:
    secrets = [new_webhook_secret(), new_webhook_secret()]
    expected = [Webhook(secret).sign("m", NOW, '{"a":"도장"}') for secret in secrets]
    assert signature(secrets, "m", int(NOW.timestamp()), '{"a":"도장"}') == " ".join(expected)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0), ("120", 120), (" 7 ", 7), ("0", 0), ("-5", 0), ("1e9", 0), ("soon", 0), ("", 0), ("٣", 0),
        ("9" * 400, 86_400), ("Thu, 01 Jan 2026 12:10:00 GMT", 600), ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400), ("Thu, 99 Jan 2026 12:10:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_is_understood_or_left_alone(header: str | None, seconds: int) -> None:
    assert asked_wait(header, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("status", [None, 100, 301, 400, 401, 404, 409, 429, 500, 503])
def test_everything_but_acceptance_and_gone_is_tried_again_until_the_schedule_ends(status: int | None) -> None:
    reply = Reply(status, "refused", 1)
    for number, seconds in enumerate(RETRY_AFTER_SECONDS):
        for spread in (0.0, 1.0):
            verdict = judge(reply, number, NOW, spread=spread)
            assert (verdict.state, verdict.retry_no) == (DeliveryState.PENDING, number + 1)
            assert verdict.next_at == NOW + timedelta(seconds=seconds * (1 + 0.2 * spread))
    assert judge(reply, len(RETRY_AFTER_SECONDS), NOW, spread=0.0).state is DeliveryState.DEAD


def test_acceptance_ends_it_and_gone_ends_the_endpoint() -> None:
    assert judge(Reply(204, None, 1), 3, NOW, spread=0.0).state is DeliveryState.DELIVERED
    gone = judge(Reply(410, "HTTP 410", 1), 0, NOW, spread=0.0)
    assert (gone.state, gone.is_gone) == (DeliveryState.DEAD, True)
