"""Keeper of `host_events` and `rejected_events`: what hosts sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from app.core.metrics import EVENTS
from app.core.time_utils import kst_date
from app.db.statements import Accumulate, Insert, Statement
from app.db.transaction import Tx
from app.db.values import instant_out, json_in, json_out
from app.domain.host_events import HostEvent, KnownEvent, RefusedEvent
from app.domain.records import EventRevocation, TakenEvent
from app.domain.reversals import EventMemory
from app.domain.rules import EventName
from app.models.host_event import event_revocations, host_events, rejected_event_days, rejected_events
from app.models.identity import hosts
from app.models.player import user_profiles

# an account that became part of another is the other player now
KNOWN = Statement("""
    SELECT e.source, e.event_id, e.id, COALESCE(u.merged_into, u.id), e.event_type, e.data, e.fingerprint
    FROM host_events e FORCE INDEX (uq_host_events_once) JOIN user_profiles u ON u.id = e.user_id
    WHERE e.host_id = ? AND (e.source, e.event_id) IN ({pairs})
""")
REVOKED = Statement("""
    SELECT e.source, e.event_id, COALESCE(u.merged_into, u.id)
    FROM event_revocations e FORCE INDEX (PRIMARY) JOIN user_profiles u ON u.id = e.user_id
    WHERE e.host_id = ? AND (e.source, e.event_id) IN ({pairs})
""")
ADD_REVOCATIONS = Insert(event_revocations, ["host_id", "source", "event_id", "user_id", "revoked_by", "created_at"])
ADD = Insert(
    host_events,
    [
        *("id", "host_id", "source", "event_id", "event_type", "user_id", "event_time", "data", "fingerprint"),
        *("code", "reason", "marks", "request_id", "received_at"),
    ],
)
ADD_REJECTED = Insert(
    rejected_events,
    [
        *("host_id", "source", "event_id", "event_type", "code", "reasons", "document"),
        *("request_id", "received_at"),
    ],
)
COUNT_REJECTED = Accumulate(rejected_event_days, ["host_id", "day"], adds=["told", "kept"], latest=[])
KEPT_ON_DAY = Statement("SELECT kept FROM rejected_event_days WHERE host_id = ? AND day = ?")
# statements are kept prepared by their length: with so many steps there are few lengths
STEP = 50
DAYS_SHOWN = 30


class HostEventService:
    """Keeper of host events."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def known(self, host_id: int, names: Sequence[EventName]) -> dict[EventName, KnownEvent]:
        """Those of these events that this host has sent before.

        Ask after their players are locked: then no other call with the same event is under way.
        """
        rows = await self._named(KNOWN, host_id, names)
        return {(source, event_id): KnownEvent(*rest) for source, event_id, *rest in rows}

    async def revoked(self, host_id: int, names: Sequence[EventName]) -> dict[EventName, int]:
        """Those of these events that count no more, with the player whose they were said to be."""
        return {(source, event_id): user for source, event_id, user in await self._named(REVOKED, host_id, names)}

    async def _named(self, statement: Statement, host_id: int, names: Sequence[EventName]) -> Sequence[Any]:
        if not names:
            return ()
        padded = [*names, *[names[-1]] * (-len(names) % STEP)]
        flat = [part for name in padded for part in name]
        return await self._tx.rows(statement, (host_id, *flat), pairs=len(padded))

    async def add(self, taken: Sequence[TakenEvent]) -> None:
        """Keeps events for ever. One whose (host, source, id) is known raises IntegrityError."""
        await self._tx.write(
            ADD,
            [
                (t.event.key, t.host_id, t.event.source, t.event.id, t.event.type, t.user_id,
                 instant_out(t.event.time), t.event.data_text, t.event.fingerprint, t.code, t.reason,
                 json_out(t.marks) if t.marks else None, t.request_id, instant_out(t.received_at))
                for t in taken
            ],
        )  # fmt: skip

    async def add_revocations(self, revocations: Sequence[EventRevocation]) -> None:
        """Notes events that count no more. One that stands already raises IntegrityError."""
        await self._tx.write(
            ADD_REVOCATIONS,
            [
                (r.host_id, r.source, r.event_id, r.user_id, r.revoked_by, instant_out(r.created_at))
                for r in revocations
            ],
        )

    async def add_rejected(
        self,
        host_id: int,
        refused: Sequence[RefusedEvent],
        *,
        request_id: str | None,
        now: datetime,
        most_a_day: int,
    ) -> None:
        """Counts events that were not taken, and keeps them while the host has fewer than `most_a_day` of this KST day.

        Locks the host's day until the commit: call it last.
        """
        if not refused:
            return
        day = kst_date(now).isoformat()
        await self._tx.write(COUNT_REJECTED, [(host_id, day, len(refused), 0)])  # locks the row, there or not
        [(kept_before,)] = await self._tx.rows(KEPT_ON_DAY, (host_id, day))
        kept = refused[: max(0, most_a_day - kept_before)]
        if not kept:
            return
        await self._tx.write(COUNT_REJECTED, [(host_id, day, 0, len(kept))])
        await self._tx.write(
            ADD_REJECTED,
            [
                (host_id, r.source, r.id, r.type, r.code, json_out(r.reasons), r.document, request_id, instant_out(now))
                for r in kept
            ],
        )

    async def not_kept(self) -> list[dict[str, Any]]:
        """The days on which a host's refused events were too many to keep, newest first: host, day, told, kept."""
        c = rejected_event_days.c
        query = select(hosts.c.code.label("host"), c.day, c.told, c.kept).join(hosts, hosts.c.id == c.host_id)
        query = query.where(c.told > c.kept).order_by(c.day.desc(), hosts.c.code).limit(DAYS_SHOWN)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    def count(self, told: Mapping[tuple[str, str], int]) -> None:
        """Counts results by (status, reason or code) once they are committed."""
        self._tx.after_commit.append(lambda: _count(told))

    async def page(
        self, *, host: str | None, event_type: str | None, external_id: str | None, after: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Events that were taken, newest first, `limit + 1` at most, older than the event `after`."""
        c = host_events.c
        wanted = {hosts.c.code: host, c.event_type: event_type, user_profiles.c.external_id: external_id}
        query = _events()
        for column, value in wanted.items():
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            query = query.where(c.id < after)
        rows = await self._tx.execute(query.order_by(c.id.desc()).limit(limit + 1))
        return [_shown(dict(row)) for row in rows.mappings()]

    async def past(
        self, types: Sequence[str], *, host: str | None, since: datetime, until: datetime, after: str, limit: int
    ) -> list[HostEvent]:
        """Events of these types and times that were taken, in the order they came, `limit` at most after our id."""
        c = host_events.c
        query = _events().where(c.event_type.in_(types), c.event_time >= since, c.event_time < until, c.code.is_(None))
        query = query.where(c.id > after)
        if host is not None:
            query = query.where(hosts.c.code == host)
        rows = await self._tx.execute(query.order_by(c.id).limit(limit))
        return [
            HostEvent(r.id, r.event_id, r.source, r.event_type, r.external_id, r.event_time, json_in(r.data), r.data)
            for r in rows
        ]

    async def memories(self, keys: Sequence[str]) -> list[EventMemory]:
        """What is remembered of events that are to be taken back, by our ids."""
        c = host_events.c
        columns = (c.id, c.event_type, c.event_time, c.received_at, c.marks)
        rows = await self._tx.execute(select(*columns).where(c.id.in_(keys)))
        return [EventMemory(r.id, r.event_type, r.event_time, r.received_at, json_in(r.marks) or {}) for r in rows]

    async def revocation(self, host_id: int, source: str, event_id: str) -> str | None:
        """Our id of the event that took this one back, if one did."""
        c = event_revocations.c
        query = select(c.revoked_by).where(c.host_id == host_id, c.source == source, c.event_id == event_id)
        return (await self._tx.execute(query)).scalar()

    async def types(self) -> list[str]:
        """Every type of an event that ever came: a skip through the index by type."""
        return list((await self._tx.execute(select(host_events.c.event_type).distinct())).scalars())

    async def tally(self, event_type: str, since_id: str) -> list[tuple[int, int, str]]:
        """By host: how many events of a type came since, and our id of the newest. Ids sort by when they came."""
        c = host_events.c
        query = select(c.host_id, func.count(), func.max(c.id)).where(c.event_type == event_type, c.id >= since_id)
        return [tuple(row) for row in await self._tx.execute(query.group_by(c.host_id))]

    async def find(self, key: str) -> dict[str, Any] | None:
        """One event that was taken, by our id."""
        row = (await self._tx.execute(_events().where(host_events.c.id == key))).mappings().first()
        return None if row is None else _shown(dict(row))

    async def rejected(
        self, *, host: str | None, code: str | None, after: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Events that were not taken, newest first, `limit + 1` at most, older than the entry `after`."""
        c = rejected_events.c
        query = select(rejected_events, hosts.c.code.label("host")).join(hosts, hosts.c.id == c.host_id)
        if host is not None:
            query = query.where(hosts.c.code == host)
        if code is not None:
            query = query.where(c.code == code)
        if after is not None:
            query = query.where(c.id < after)
        rows = await self._tx.execute(query.order_by(c.id.desc()).limit(limit + 1))
        return [
            dict(row) | {"reasons": json_in(row["reasons"]), "document": json_in(row["document"])}
            for row in rows.mappings()
        ]

    async def forget_rejected(self, before: datetime, *, limit: int) -> list[dict[str, Any]]:
        """Deletes refusals from before this instant, at most `limit`; returns what they were."""
        c = rejected_events.c
        query = select(rejected_events).where(c.received_at < before).order_by(c.received_at).limit(limit)
        rows = [dict(row) for row in (await self._tx.execute(query)).mappings()]
        if rows:
            await self._tx.execute(delete(rejected_events).where(c.id.in_([row["id"] for row in rows])))
        else:
            await self._tx.execute(delete(rejected_event_days).where(rejected_event_days.c.day < kst_date(before)))
        return rows


def _count(told: Mapping[tuple[str, str], int]) -> None:
    for (status, reason), number in told.items():
        EVENTS.labels(status, reason).inc(number)


def _events() -> Any:
    return (
        select(host_events, hosts.c.code.label("host"), user_profiles.c.external_id)
        .join(hosts, hosts.c.id == host_events.c.host_id)
        .join(user_profiles, user_profiles.c.id == host_events.c.user_id)
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"data": json_in(row["data"])}
