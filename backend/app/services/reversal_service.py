"""Keeper of `reversal_reviews`: what reversals left for a person to decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.db.statements import Insert
from app.db.transaction import Tx
from app.db.values import instant_out, json_in, json_out
from app.domain.reversals import Review, ReviewState
from app.models.identity import hosts
from app.models.player import user_profiles
from app.models.reversal import reversal_reviews

Row = dict[str, Any]
ADD = Insert(reversal_reviews, ["user_id", "kind", "operation_id", "event_id", "facts", "state", "created_at"])


class ReversalService:
    """Keeper of reviews."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, reviews: Sequence[Review]) -> None:
        """Notes what waits for a person from now on, once for each event and operation."""
        await self._tx.write(
            ADD,
            [
                (r.user_id, r.kind, r.operation_id, r.event_key, json_out(r.facts), ReviewState.OPEN,
                 instant_out(r.created_at))
                for r in reviews
            ],
        )  # fmt: skip

    async def page(self, *, state: str | None, after: int | None, limit: int) -> list[Row]:
        """Reviews with their players, newest first, `limit + 1` at most, older than the review `after`."""
        c = reversal_reviews.c
        query = _reviews()
        if state is not None:
            query = query.where(c.state == state)
        if after is not None:
            query = query.where(c.id < after)
        rows = await self._tx.execute(query.order_by(c.id.desc()).limit(limit + 1))
        return [dict(row) | {"facts": json_in(row["facts"])} for row in rows.mappings()]

    async def shown(self, review_id: int) -> Row | None:
        """One review with its player."""
        row = (await self._tx.execute(_reviews().where(reversal_reviews.c.id == review_id))).mappings().first()
        return None if row is None else dict(row) | {"facts": json_in(row["facts"])}

    async def waiting(self) -> int:
        """How many reviews are open."""
        query = select(func.count()).where(reversal_reviews.c.state == ReviewState.OPEN)
        return int((await self._tx.execute(query)).scalar_one())

    async def find(self, review_id: int, *, locked: bool = False) -> Row | None:
        """One review. Lock its player first."""
        query = select(reversal_reviews).where(reversal_reviews.c.id == review_id)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        return None if row is None else dict(row) | {"facts": json_in(row["facts"])}

    async def decide(self, review_id: int, state: ReviewState, *, actor: str, now: datetime) -> None:
        """Writes what a person decided. The review must be locked and open."""
        change = update(reversal_reviews).where(reversal_reviews.c.id == review_id)
        await self._tx.execute(change.values(state=state, decided_by=actor, decided_at=now))


def _reviews() -> Any:
    c = reversal_reviews.c
    return (
        select(reversal_reviews, user_profiles.c.external_id, hosts.c.code.label("host"))
        .join(user_profiles, user_profiles.c.id == c.user_id)
        .join(hosts, hosts.c.id == user_profiles.c.host_id)
    )
