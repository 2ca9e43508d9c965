"""Deletes what is over and nobody needs any more.

Writes revoked_sessions, refresh_tokens, job_runs, rejected_events, outbox, webhook_deliveries, webhook_attempts.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from app.core.time_utils import kst_midnight
from app.services import House, Services

CHUNK = 1_000  # rows a transaction: a delete that is long holds up sign-ins
# a token of an ended family is still told from an unknown one for a day
AFTER_FAMILY_END = timedelta(days=1)
KEEP_RUNS = timedelta(days=7)
# long enough for an operator to ask the host about them; the document may hold what a player did
KEEP_REJECTED = timedelta(days=90)
# what was handed on lives on in the deliveries; those can be replayed for a month
KEEP_ANNOUNCEMENTS = timedelta(days=7)
KEEP_DELIVERIES = timedelta(days=30)


async def retain(house: House, day: date, *, tokens_now: datetime, goes_on: Callable[[], bool]) -> bool:
    """Deletes ended sign-ins, refresh tokens past their family's end, old runs of schedules that aren't daily, and

    events that were refused long ago, old announcements, and deliveries that are over.

    `tokens_now` is of the tokens' own clock. False when it was asked to stop before the end.
    """
    deletions: tuple[Callable[[Services], Awaitable[int]], ...] = (
        lambda keepers: keepers.identity.forget_revoked_sessions(tokens_now, limit=CHUNK),
        lambda keepers: keepers.identity.forget_refresh_tokens(tokens_now - AFTER_FAMILY_END, limit=CHUNK),
        lambda keepers: keepers.job.forget_runs(day - KEEP_RUNS, limit=CHUNK),
        lambda keepers: keepers.host_event.forget_rejected(kst_midnight(day) - KEEP_REJECTED, limit=CHUNK),
        lambda keepers: keepers.outbox.forget(kst_midnight(day) - KEEP_ANNOUNCEMENTS, limit=CHUNK),
        lambda keepers: keepers.delivery.forget(kst_midnight(day) - KEEP_DELIVERIES, limit=CHUNK),
    )
    for delete in deletions:
        while goes_on():
            if await house.write(delete) < CHUNK:
                break
        else:
            return False
    return True
