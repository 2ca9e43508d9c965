"""Keeper of `admin_audit_log` and `audit_seals`: every operator's write, and what shows that none was changed since."""

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Row, select

from app.db.transaction import Tx
from app.db.values import instant_out, json_in, json_out
from app.domain.causes import Hand
from app.models.audit import admin_audit_log, audit_seals

# of a seal, and of what is read at once
MOST_ACTS = 1_000
NO_SEAL = "0" * 64
BEFORE_ANY = -(2**63)  # of the numbers a row may have: also one that was slipped in before the first is found
log_row = admin_audit_log.c
SEALED = (
    *(log_row.id, log_row.actor, log_row.action, log_row.target, log_row.reason, log_row.before, log_row.after),
    *(log_row.request_id, log_row.created_at),
)


@dataclass(frozen=True, slots=True)
class AdminAct:
    """Who does something as an operator, and why. `actor` is `staff:<login>`, `system:<job>` or `cli:<user>`.

    `players_who_lose`: how many players may lose by it, as the operator has accepted (see `domain/promises`).
    """

    actor: str
    reason: str
    request_id: str | None
    players_who_lose: int | None = None


@dataclass(frozen=True, slots=True)
class Seal:
    """Over `acts` acts up to `through_id` and over the seal before it."""

    id: int
    through_id: int
    acts: int
    chain_hash: str


class AuditService:
    """Keeper of the audit log and its seals."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(
        self, act: AdminAct, action: str, target: str, *, before: Any = None, after: Any = None, now: datetime
    ) -> None:
        """Notes one operator's write, in the same transaction as the write; and a loss that was accepted for it."""
        if act.players_who_lose is not None and (after is None or isinstance(after, dict)):
            after = (after or {}) | {"players_who_lose": act.players_who_lose}
        await self._tx.execute(
            admin_audit_log.insert().values(
                actor=act.actor,
                action=action,
                target=target,
                reason=act.reason,
                before=None if before is None else json_out(before),
                after=None if after is None else json_out(after),
                request_id=act.request_id,
                created_at=now,
            )
        )

    async def page(self, *, target: str | None, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest acts first, `limit + 1` at most, older than the act `after`."""
        query = select(admin_audit_log)
        if target is not None:
            query = query.where(admin_audit_log.c.target == target)
        if after is not None:
            query = query.where(admin_audit_log.c.id < after)
        rows = await self._tx.execute(query.order_by(admin_audit_log.c.id.desc()).limit(limit + 1))
        return [
            dict(row) | {"before": json_in(row["before"]), "after": json_in(row["after"])} for row in rows.mappings()
        ]

    async def hands(self, documents: Collection[str]) -> list[Hand]:
        """Every act on these documents, oldest first."""
        query = select(log_row.target, log_row.actor, log_row.action, log_row.after, log_row.created_at)
        rows = await self._tx.execute(query.where(log_row.target.in_(sorted(documents))).order_by(log_row.id))
        return [Hand(row.target, row.actor, row.action, json_in(row.after), row.created_at) for row in rows]

    async def seal(self, *, settled_by: datetime, now: datetime) -> Seal | None:
        """Seals the next acts; None when there are none.

        `settled_by`: later acts may still be joined by earlier-numbered ones whose transactions are under way.
        """
        last = await self._last_seal()
        acts = await self._acts(after=last.through_id)
        settled = list(takewhile(lambda act: act.created_at <= settled_by, acts))
        if not settled:
            return None
        digest = hashlib.sha256(last.chain_hash.encode())
        for act in settled:
            digest.update(_document(act))
        seal = Seal(last.id + 1, settled[-1].id, len(settled), digest.hexdigest())
        await self._tx.execute(
            audit_seals.insert().values(
                id=seal.id,
                through_id=seal.through_id,
                acts=seal.acts,
                chain_hash=seal.chain_hash,
                created_at=now,
            )
        )
        return seal

    async def broken_seals(self) -> list[tuple[int, int]]:
        """(seal, through which act) of every seal that its acts or the seal before it no longer give."""
        seals = (await self._tx.execute(select(audit_seals).order_by(audit_seals.c.id))).all()
        ends = [seal.through_id for seal in seals]
        digests = [hashlib.sha256(before.encode()) for before in (NO_SEAL, *(seal.chain_hash for seal in seals[:-1]))]
        counts = [0] * len(seals)
        last = BEFORE_ANY
        while ends and (acts := await self._acts(after=last, through=ends[-1])):
            for act in acts:
                number = min(bisect_left(ends, act.id), len(ends) - 1)
                digests[number].update(_document(act))
                counts[number] += 1
            last = acts[-1].id
        return [
            (seal.id, seal.through_id)
            for number, seal in enumerate(seals)
            if (seal.id, seal.acts, seal.chain_hash) != (number + 1, counts[number], digests[number].hexdigest())
        ]

    async def _last_seal(self) -> Seal:
        row = (await self._tx.execute(select(audit_seals).order_by(audit_seals.c.id.desc()).limit(1))).first()
        return Seal(0, 0, 0, NO_SEAL) if row is None else Seal(row.id, row.through_id, row.acts, row.chain_hash)

    async def _acts(self, *, after: int, through: int | None = None) -> Sequence[Row[Any]]:
        """The next acts in their order."""
        query = select(*SEALED).where(log_row.id > after)
        if through is not None:
            query = query.where(log_row.id <= through)
        return (await self._tx.execute(query.order_by(log_row.id).limit(MOST_ACTS))).all()


def _document(act: Row[Any]) -> bytes:
    """Every column of an act, as JSON so that none can borrow from the next."""
    return json_out([*act[:-1], instant_out(act[-1])]).encode()
