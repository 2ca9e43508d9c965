"""Keeper of `webhook_endpoints`: where hosts want to be told, and the secrets that sign it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.db.transaction import Tx, new_row_id
from app.db.values import json_in, json_out
from app.models.identity import hosts
from app.models.webhook import webhook_endpoints

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint, as messages are made for it and sent to it. No topics = all of them."""

    id: int
    host_id: int
    url: str
    topics: frozenset[str]
    secret: str = field(repr=False)
    previous_secret: str | None = field(repr=False)
    previous_until: datetime | None
    is_active: bool = True

    def wants(self, topic: str) -> bool:
        return not self.topics or topic in self.topics

    def live_secrets(self, now: datetime) -> list[str]:
        """The newest first; the one before it until its time is over."""
        is_live = self.previous_until is not None and now < self.previous_until
        return [self.secret, self.previous_secret] if is_live and self.previous_secret else [self.secret]


class WebhookService:
    """Keeper of endpoints."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def of_hosts(self, host_ids: Collection[int]) -> list[Endpoint]:
        """The endpoints of some hosts, on and off, share-locked: one that is being switched is waited for."""
        c = webhook_endpoints.c
        query = select(webhook_endpoints).where(c.host_id.in_(host_ids)).order_by(c.id).with_for_update(read=True)
        return [_endpoint(row) for row in (await self._tx.execute(query)).mappings()]

    async def has_active(self) -> bool:
        """Whether anybody wants to be told."""
        query = select(webhook_endpoints.c.id).where(webhook_endpoints.c.is_active).limit(1)
        return (await self._tx.execute(query)).first() is not None

    async def sending_to(self, endpoint_id: int) -> Endpoint | None:
        """One endpoint, while it is active."""
        c = webhook_endpoints.c
        row = (await self._tx.execute(select(webhook_endpoints).where(c.id == endpoint_id, c.is_active))).mappings()
        found = row.first()
        return None if found is None else _endpoint(found)

    async def count(self, host_id: int) -> int:
        """How many endpoints a host has."""
        query = select(func.count()).where(webhook_endpoints.c.host_id == host_id)
        return int((await self._tx.execute(query)).scalar_one())

    async def find(self, endpoint_id: int, *, locked: bool = False) -> Row | None:
        """One endpoint without its secrets."""
        is_it = webhook_endpoints.c.id == endpoint_id
        if locked:  # by itself: MariaDB would lock the joined host as well
            await self._tx.execute(select(webhook_endpoints.c.id).where(is_it).with_for_update())
        row = (await self._tx.execute(_rows().where(is_it))).mappings().first()
        return None if row is None else _seen(row)

    async def page(self, host: str | None, *, after: int | None, limit: int) -> list[Row]:
        """Newest endpoints first, `limit + 1` at most, without their secrets."""
        query = _rows()
        if host is not None:
            query = query.where(hosts.c.code == host)
        if after is not None:
            query = query.where(webhook_endpoints.c.id < after)
        rows = await self._tx.execute(query.order_by(webhook_endpoints.c.id.desc()).limit(limit + 1))
        return [_seen(row) for row in rows.mappings()]

    async def add(self, host_id: int, *, name: str, url: str, topics: list[str], secret: str, now: datetime) -> int:
        """A new active endpoint."""
        values = {"host_id": host_id, "name": name, "url": url, "topics": json_out(topics), "secret": secret}
        state = {"is_active": True, "version": 1, "created_at": now, "updated_at": now}
        return new_row_id(await self._tx.execute(webhook_endpoints.insert().values(**values, **state)))

    async def change(self, endpoint_id: int, *, now: datetime, **values: Any) -> None:
        """Writes columns of an endpoint. Lock it first."""
        if "topics" in values:
            values["topics"] = json_out(values["topics"])
        c = webhook_endpoints.c
        changed = values | {"version": c.version + 1, "updated_at": now}
        await self._tx.execute(update(webhook_endpoints).where(c.id == endpoint_id).values(**changed))

    async def rotate(self, endpoint_id: int, secret: str, *, previous_until: datetime, now: datetime) -> None:
        """A new secret; the present one stays live until `previous_until`, the one before it ends. Lock it first."""
        c = webhook_endpoints.c
        kept = (await self._tx.execute(select(c.secret).where(c.id == endpoint_id))).scalar_one()
        await self.change(endpoint_id, now=now, secret=secret, previous_secret=kept, previous_until=previous_until)


def _rows() -> Any:
    c = webhook_endpoints.c
    shown = (c.id, hosts.c.code.label("host"), c.host_id, c.name, c.url, c.topics, c.is_active, c.disabled_reason)
    times = (c.previous_until.label("previous_secret_until"), c.version, c.created_at, c.updated_at)
    return select(*shown, *times).join(hosts, hosts.c.id == c.host_id)


def _seen(row: Any) -> Row:
    return dict(row) | {"topics": json_in(row["topics"])}


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(
        id=row["id"],
        host_id=row["host_id"],
        url=row["url"],
        topics=frozenset(json_in(row["topics"])),
        secret=row["secret"],
        previous_secret=row["previous_secret"],
        previous_until=row["previous_until"],
        is_active=bool(row["is_active"]),
    )
