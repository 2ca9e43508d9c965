"""Shortens history that is kept for years, with the rights of the tables' owner. Locks nothing else.

Writes user_event_log, idempotency_keys, host_events (what they said), admin_audit_log.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from app.core.time_utils import kst_midnight
from app.db.values import instant_out
from app.flows.steps.kept import Keep, nowhere
from app.services import House, Services
from app.services.audit_service import AdminAct
from app.services.history_service import FIRST_ANSWER, AnswerKey

CHUNK = 1_000
# reconcile reads from these entries since when a table is complete
ACTION, TARGET = "HISTORY_DELETED", "history:{table}:{before}"


async def retain_history(
    house: House, act: AdminAct, day: date, *, keep: Keep = nowhere, goes_on: Callable[[], bool] = lambda: True
) -> dict[str, int]:
    """How many rows of each table went; tables whose setting is none are left alone and left out.

    Without the right to do so nothing is changed. That a table is complete only from an instant on is audited before
    the first row goes, so that `reconcile` never looks for what was deleted. Can be stopped and begun again.
    """
    settings, midnight = house.settings, kst_midnight(day)
    works = (
        ("user_event_log", settings.retain_event_log_days, _events),
        ("idempotency_keys", settings.retain_answers_days, _answers),
        ("host_events", settings.retain_event_data_days, _event_data),
    )
    gone: dict[str, int] = {}
    for table, days, work in works:
        if days is None:
            continue
        before = midnight - timedelta(days=days)
        await _announce(house, act, table, before)
        gone[table] = await work(house, before, keep, goes_on)
    return gone


async def _announce(house: House, act: AdminAct, table: str, before: datetime) -> None:
    target = TARGET.format(table=table, before=instant_out(before))

    async def work(keepers: Services) -> None:
        await keepers.history.require_rights()
        await keepers.audit.add(act, ACTION, target, now=house.clock.now())

    await house.write(work)


async def _events(house: House, before: datetime, keep: Keep, goes_on: Callable[[], bool]) -> int:
    count = 0
    while goes_on():

        async def work(keepers: Services) -> int:
            rows = await keepers.history.forget_events(before, limit=CHUNK)
            keep("user_event_log", rows)
            return len(rows)

        done = await house.write(work)
        count += done
        if done == 0:
            break
    return count


async def _answers(house: House, before: datetime, keep: Keep, goes_on: Callable[[], bool]) -> int:
    count, after = 0, FIRST_ANSWER
    while goes_on():

        async def work(keepers: Services, after: AnswerKey = after) -> tuple[int, AnswerKey | None]:
            rows, following = await keepers.history.forget_answers(before, after, limit=CHUNK)
            keep("idempotency_keys", rows)
            return len(rows), following

        done, following = await house.write(work)
        count += done
        if following is None:
            break
        after = following
    return count


async def _event_data(house: House, before: datetime, keep: Keep, goes_on: Callable[[], bool]) -> int:
    count, after = 0, ""
    while goes_on():

        async def work(keepers: Services, after: str = after) -> tuple[int, str]:
            rows = await keepers.history.empty_event_data(before, after=after, limit=CHUNK)
            keep("host_events", rows)
            return len(rows), rows[-1]["id"] if rows else after

        done, after = await house.write(work)
        count += done
        if done < CHUNK:
            break
    return count
