"""Keeper of `webhook_deliveries` and `webhook_attempts`: what each endpoint is to be told, and how that went.

A try under way is leased on the database's clock; when it is due follows the business clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, text, update

from app.core.replies import Reply
from app.db.statements import Insert, database_time
from app.db.transaction import Tx
from app.db.values import instant_out
from app.domain.webhooks import DeliveryState, Verdict
from app.models.webhook import webhook_attempts, webhook_deliveries

ADD = Insert(
    webhook_deliveries,
    ["endpoint_id", "message_id", "topic", "user_id", "body", "state", "attempts", "retry_no", "next_at",
     "leased_until", "created_at", "finished_at"],
)  # fmt: skip
# before every clock: nobody holds it
NO_LEASE = "2000-01-01 00:00:00.000000"
LONGEST_ERROR = 200
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message for one endpoint."""

    endpoint_id: int
    message_id: str
    topic: str
    user_id: int | None
    body: str
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery whose next try belongs to `lease_id`."""

    id: int
    message_id: str
    topic: str
    body: str
    attempts: int
    retry_no: int
    lease_id: str


class DeliveryService:
    """Keeper of deliveries."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, deliveries: Sequence[NewDelivery], *, now: datetime) -> None:
        """Queues messages; they are due at once. Those that are held are not: they are over until they are replayed."""
        at = instant_out(now)
        rows = []
        for d in deliveries:
            state = DeliveryState.HELD if d.is_held else DeliveryState.PENDING
            due, over = (None, at) if d.is_held else (at, None)
            message = (d.endpoint_id, d.message_id, d.topic, d.user_id, d.body)
            rows.append((*message, state, 0, 0, due, NO_LEASE, at, over))
        await self._tx.write(ADD, rows)

    async def due_endpoints(self, now: datetime) -> list[int]:
        """The endpoints that have something to be sent."""
        query = select(webhook_deliveries.c.endpoint_id).where(*self._is_due(now)).distinct()
        return list((await self._tx.execute(query.order_by(webhook_deliveries.c.endpoint_id))).scalars())

    async def take(
        self, endpoint_id: int, now: datetime, *, lease_id: str, lease_seconds: int, limit: int
    ) -> list[Taken]:
        """The endpoint's next deliveries, each leased to one try. What others hold is passed over."""
        c = webhook_deliveries.c
        query = select(webhook_deliveries).where(c.endpoint_id == endpoint_id, *self._is_due(now))
        query = query.order_by(c.next_at, c.id).limit(limit).with_for_update(skip_locked=True)
        rows = list((await self._tx.execute(query)).mappings())
        if rows:
            ids = [row["id"] for row in rows]
            lease = {"lease_id": lease_id, "leased_until": database_time(self._tx.flavour, lease_seconds)}
            await self._tx.execute(update(webhook_deliveries).where(c.id.in_(ids)).values(**lease))
        return [
            Taken(r["id"], r["message_id"], r["topic"], r["body"], r["attempts"], r["retry_no"], lease_id) for r in rows
        ]

    async def record(self, taken: Taken, reply: Reply, verdict: Verdict, *, now: datetime) -> bool:
        """Notes a try and what follows from it; False when the lease was lost, and then nothing is written."""
        c = webhook_deliveries.c
        is_over = verdict.state is not DeliveryState.PENDING
        done = await self._tx.execute(
            update(webhook_deliveries)
            .where(c.id == taken.id, c.lease_id == taken.lease_id)
            .values(
                state=verdict.state, attempts=taken.attempts + 1, retry_no=verdict.retry_no, next_at=verdict.next_at,
                leased_until=text(f"'{NO_LEASE}'"), lease_id=None, last_status=reply.status,
                last_error=_short(reply.error), finished_at=now if is_over else None,
            )
        )  # fmt: skip
        if done.rowcount != 1:
            return False
        await self._tx.execute(
            webhook_attempts.insert().values(
                delivery_id=taken.id, attempt_no=taken.attempts + 1, status=reply.status, error=_short(reply.error),
                answer=reply.answer, duration_ms=reply.duration_ms, created_at=now,
            )
        )  # fmt: skip
        return True

    # --- what operators see and do ----------------------------------------------------------------

    async def find(self, delivery_id: int) -> Row | None:
        """One delivery."""
        query = select(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id)
        row = (await self._tx.execute(query)).mappings().first()
        return None if row is None else dict(row)

    async def attempts(self, delivery_id: int) -> list[Row]:
        """Every try of a delivery, the first one first."""
        query = select(webhook_attempts).where(webhook_attempts.c.delivery_id == delivery_id)
        rows = await self._tx.execute(query.order_by(webhook_attempts.c.attempt_no))
        return [dict(row) for row in rows.mappings()]

    async def page(self, *, after: int | None, limit: int, **wanted: Any) -> list[Row]:
        """Newest deliveries first, `limit + 1` at most; `wanted` names columns and their values, None = any."""
        query = select(webhook_deliveries)
        for name, value in wanted.items():
            if value is not None:
                query = query.where(webhook_deliveries.c[name] == value)
        if after is not None:
            query = query.where(webhook_deliveries.c.id < after)
        rows = await self._tx.execute(query.order_by(webhook_deliveries.c.id.desc()).limit(limit + 1))
        return [dict(row) for row in rows.mappings()]

    async def counts(self, endpoint_id: int) -> dict[str, int]:
        """How many deliveries of an endpoint are in each state."""
        c = webhook_deliveries.c
        query = select(c.state, func.count().label("many")).where(c.endpoint_id == endpoint_id).group_by(c.state)
        found = {row.state: int(row.many) for row in await self._tx.execute(query)}
        return {state.value: found.get(state, 0) for state in DeliveryState}

    async def backlog(self, now: datetime) -> tuple[dict[str, int], float]:
        """How many deliveries wait or were given up, and for how many seconds the oldest one is overdue."""
        c = webhook_deliveries.c
        states = (DeliveryState.PENDING, DeliveryState.DEAD)
        columns = (c.state, func.count().label("many"), func.min(c.next_at).label("oldest"))
        query = select(*columns).where(c.state.in_(states)).group_by(c.state)
        found = {row.state: row for row in await self._tx.execute(query)}
        waiting = found.get(DeliveryState.PENDING)
        overdue = max(0.0, (now - waiting.oldest).total_seconds()) if waiting is not None else 0.0
        return {state.value: int(found[state].many) if state in found else 0 for state in states}, overdue

    async def between(
        self, endpoint_id: int, since: datetime, until: datetime, states: Sequence[str], *, limit: int
    ) -> list[int]:
        """The deliveries that were queued in a span of time and are in one of these states, oldest first."""
        c = webhook_deliveries.c
        is_meant = and_(
            c.endpoint_id == endpoint_id, c.state.in_(states), c.created_at >= since, c.created_at < until
        )  # fmt: skip
        return list((await self._tx.execute(select(c.id).where(is_meant).order_by(c.id).limit(limit))).scalars())

    async def held(self, endpoint_id: int, *, limit: int) -> list[int]:
        """What came while the endpoint was off, oldest first."""
        c = webhook_deliveries.c
        query = select(c.id).where(c.endpoint_id == endpoint_id, c.state == DeliveryState.HELD)
        return list((await self._tx.execute(query.order_by(c.id).limit(limit))).scalars())

    async def replay(self, ids: Sequence[int], *, now: datetime) -> int:
        """Makes deliveries due now, with the whole schedule before them; a try under way keeps its lease."""
        c = webhook_deliveries.c
        values = {"state": DeliveryState.PENDING, "retry_no": 0, "next_at": now, "finished_at": None}
        return (await self._tx.execute(update(webhook_deliveries).where(c.id.in_(ids)).values(**values))).rowcount

    async def forget(self, before: datetime, *, limit: int) -> list[Row]:
        """Deletes deliveries that ended before an instant, `limit` at most; returns what they were, with their tries

        under `tries`.
        """
        c = webhook_deliveries.c
        query = select(webhook_deliveries).where(c.finished_at < before).order_by(c.id).limit(limit)
        rows: list[Row] = [dict(row) | {"tries": []} for row in (await self._tx.execute(query)).mappings()]
        by_id = {row["id"]: row for row in rows}
        if rows:
            is_theirs = webhook_attempts.c.delivery_id.in_(by_id)
            tries = select(webhook_attempts).where(is_theirs).order_by(webhook_attempts.c.id)
            for row in (await self._tx.execute(tries)).mappings():
                by_id[row["delivery_id"]]["tries"].append(dict(row))
            await self._tx.execute(delete(webhook_attempts).where(is_theirs))
            await self._tx.execute(delete(webhook_deliveries).where(c.id.in_(by_id)))
        return rows

    def _is_due(self, now: datetime) -> tuple[Any, ...]:
        c = webhook_deliveries.c
        return c.state == DeliveryState.PENDING, c.next_at <= now, c.leased_until <= database_time(self._tx.flavour)


def _short(error: str | None) -> str | None:
    return None if error is None else error[:LONGEST_ERROR]
