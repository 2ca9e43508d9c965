"""Keeper of `host_events` and `rejected_events`: what hosts sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from app.db.statements import Insert, Statement
from app.db.transaction import Tx
from app.db.values import instant_out, json_in, json_out
from app.domain.host_events import RefusedEvent
from app.domain.records import TakenEvent
from app.models.host_event import host_events, rejected_events
from app.models.identity import hosts
from app.models.player import user_profiles

KNOWN = Statement("SELECT source, event_id, id FROM host_events WHERE host_id = ? AND (source, event_id) IN ({pairs})")
ADD = Insert(
    host_events,
    [
        *("id", "host_id", "source", "event_id", "event_type", "user_id", "event_time", "data"),
        *("code", "request_id", "received_at"),
    ],
)
ADD_REJECTED = Insert(
    rejected_events,
    [
        *("host_id", "source", "event_id", "event_type", "code", "reasons", "document"),
        *("request_id", "received_at"),
    ],
)
# statements are kept prepared by their length: with so many steps there are few lengths
STEP = 50

EventName = tuple[str, str]


class HostEventService:
    """Keeper of host events."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def known(self, host_id: int, names: Sequence[EventName]) -> dict[EventName, str]:
        """Our ids of those events, by (source, id), that this host has sent before.

        Ask after their players are locked: then no other call with the same event is under way.
        """
        if not names:
            return {}
        padded = [*names, *[names[-1]] * (-len(names) % STEP)]
        flat = [part for name in padded for part in name]
        rows = await self._tx.rows(KNOWN, (host_id, *flat), pairs=len(padded))
        return {(source, event_id): key for source, event_id, key in rows}

    async def add(self, taken: Sequence[TakenEvent]) -> None:
        """Keeps events for ever. One whose (host, source, id) is known raises IntegrityError."""
        await self._tx.write(
            ADD,
            [
                (t.event.key, t.host_id, t.event.source, t.event.id, t.event.type, t.user_id,
                 instant_out(t.event.time), t.event.data_text, t.code, t.request_id, instant_out(t.received_at))
                for t in taken
            ],
        )  # fmt: skip

    async def add_rejected(
        self, host_id: int, refused: Sequence[RefusedEvent], *, request_id: str | None, now: datetime
    ) -> None:
        """Notes events that were not taken."""
        await self._tx.write(
            ADD_REJECTED,
            [
                (host_id, r.source, r.id, r.type, r.code, json_out(r.reasons), r.document, request_id, instant_out(now))
                for r in refused
            ],
        )

    async def page(
        self, *, host: str | None, event_type: str | None, user_id: int | None, after: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """Events that were taken, newest first, `limit + 1` at most, older than the event `after`."""
        c = host_events.c
        query = _events()
        if host is not None:
            query = query.where(hosts.c.code == host)
        if event_type is not None:
            query = query.where(c.event_type == event_type)
        if user_id is not None:
            query = query.where(c.user_id == user_id)
        if after is not None:
            query = query.where(c.id < after)
        rows = await self._tx.execute(query.order_by(c.id.desc()).limit(limit + 1))
        return [_shown(dict(row)) for row in rows.mappings()]

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

    async def forget_rejected(self, before: datetime, *, limit: int) -> int:
        """Deletes refusals from before this instant, at most `limit`; returns how many there were."""
        c = rejected_events.c
        query = select(c.id).where(c.received_at < before).order_by(c.received_at).limit(limit)
        ids = list((await self._tx.execute(query)).scalars())
        if ids:
            await self._tx.execute(delete(rejected_events).where(c.id.in_(ids)))
        return len(ids)


def _events() -> Any:
    return (
        select(host_events, hosts.c.code.label("host"), user_profiles.c.external_id)
        .join(hosts, hosts.c.id == host_events.c.host_id)
        .join(user_profiles, user_profiles.c.id == host_events.c.user_id)
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"data": json_in(row["data"])}
