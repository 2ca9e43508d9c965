"""Deletes what is over and nobody needs any more, as far as the serving account may.

Writes revoked_sessions, refresh_tokens, job_runs, rejected_events, outbox, webhook_deliveries, webhook_attempts.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

from app.core.time_utils import kst_midnight
from app.flows.steps.kept import Keep, nowhere
from app.services import House, Services

CHUNK = 1_000  # rows a transaction: a delete that is long holds up sign-ins
# a token of an ended family is still told from an unknown one for a day
AFTER_FAMILY_END = timedelta(days=1)
Row = dict[str, Any]


async def retain(
    house: House, day: date, *, tokens_now: datetime, goes_on: Callable[[], bool], keep: Keep = nowhere
) -> bool:
    """Deletes ended sign-ins, refresh tokens past their family's end, old runs of schedules that aren't daily, and

    events that were refused long ago, old announcements, and deliveries that are over: those three go to `keep` first.
    `tokens_now` is of the tokens' own clock. False when it was asked to stop before the end.
    """
    midnight, days = kst_midnight(day), house.settings

    def kept(
        table: str, forget: Callable[[Services, datetime], Awaitable[list[Row]]], after_days: int
    ) -> Callable[[Services], Awaitable[int]]:
        async def work(keepers: Services) -> int:
            rows = await forget(keepers, midnight - timedelta(days=after_days))
            keep(table, rows)
            return len(rows)

        return work

    deletions: tuple[Callable[[Services], Awaitable[int]], ...] = (
        lambda keepers: keepers.identity.forget_revoked_sessions(tokens_now, limit=CHUNK),
        lambda keepers: keepers.identity.forget_refresh_tokens(tokens_now - AFTER_FAMILY_END, limit=CHUNK),
        lambda keepers: keepers.job.forget_runs(day - timedelta(days=days.retain_runs_days), limit=CHUNK),
        kept(
            "rejected_events",
            lambda keepers, before: keepers.host_event.forget_rejected(before, limit=CHUNK),
            days.retain_rejected_events_days,
        ),
        kept(
            "outbox", lambda keepers, before: keepers.outbox.forget(before, limit=CHUNK), days.retain_announcements_days
        ),
        kept(
            "webhook_deliveries",
            lambda keepers, before: keepers.delivery.forget(before, limit=CHUNK),
            days.retain_deliveries_days,
        ),
    )
    for delete in deletions:
        while goes_on():
            if await house.write(delete) < CHUNK:
                break
        else:
            return False
    return True
