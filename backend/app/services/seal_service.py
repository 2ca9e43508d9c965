"""Keeper of `audit_seals`: what the chain of operators' acts was at a moment, and whether it still is."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from app.config.settings import Settings
from app.core.audit_marks import NO_ACT, Marks, chained
from app.db.transaction import Tx
from app.models.audit import admin_audit_log, audit_head, audit_seals

ACTS_AT_ONCE = 1_000
BEFORE_ANY = -(2**63)  # of the numbers a row may have: also one that was slipped in before the first is found
Break = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Seal:
    """What the chain was after the act `through_id`; `acts` had come since the seal before."""

    id: int
    through_id: int
    acts: int
    chain_hash: str
    mark: str | None


NO_SEAL = Seal(0, 0, 0, NO_ACT, None)


class ChainBroken(Exception):
    """What should be sealed does not follow from what was."""

    def __init__(self, breaks: list[Break]) -> None:
        super().__init__(breaks)
        self.breaks = breaks


@dataclass(slots=True)
class Walk:
    """How far the chain was followed."""

    chain_hash: str = NO_ACT
    last_id: int = 0
    acts: int = 0


class SealService:
    """Keeper of the seals."""

    def __init__(self, tx: Tx, settings: Settings) -> None:
        self._tx, self._settings = tx, settings

    async def seal(self, *, now: datetime) -> Seal | None:
        """Seals what was done since the last seal; None when nothing was. Locks the chain's head.

        Raises ChainBroken when an act has no mark of ours, or does not follow from the one before it.
        """
        marks = Marks.from_settings(self._settings)
        head = (await self._tx.execute(select(audit_head).with_for_update())).one()
        last = await self.newest() or NO_SEAL
        walk = Walk(last.chain_hash, max(last.through_id, head.unmarked_through))
        if last.through_id <= head.unmarked_through:
            walk.chain_hash = NO_ACT
        breaks = [found async for found in self._follow(walk, marks, proven=0)]
        if walk.chain_hash != head.chain_hash:
            breaks.append(("head", head.id))
        if breaks:
            raise ChainBroken(breaks)
        if not walk.acts:
            return None
        facts = (last.id + 1, walk.last_id, walk.acts, walk.chain_hash)
        seal = Seal(*facts, marks.make(*facts))
        await self._tx.execute(audit_seals.insert().values(**asdict(seal), created_at=now))
        return seal

    async def all(self) -> list[Seal]:
        """Every seal, oldest first."""
        rows = await self._tx.execute(select(audit_seals).order_by(audit_seals.c.id))
        return [_seal(row) for row in rows]

    async def newest(self) -> Seal | None:
        """The last seal that was made."""
        row = (await self._tx.execute(select(audit_seals).order_by(audit_seals.c.id.desc()).limit(1))).first()
        return None if row is None else _seal(row)

    async def breaks(self) -> list[Break]:
        """('act', 'seal' or 'head', its number) of everything that does not follow from what stands before it."""
        marks = Marks.from_settings(self._settings)
        head = (await self._tx.execute(select(audit_head))).one()
        stored = await self.all()
        seals = [seal for seal in stored if seal.through_id > head.unmarked_through]
        # of keys that are gone nobody can make a mark again: the newest seal that is ours vouches for what it sealed
        proven = max((seal.through_id for seal in seals if _is_ours(seal, marks)), default=0)
        walk, open_seals = Walk(last_id=head.unmarked_through), {seal.through_id: seal for seal in seals}
        breaks: list[Break] = []
        async for found in self._follow(walk, marks, proven=proven, kept=open_seals):
            breaks.append(found)
        breaks += [
            ("seal", seal.id)
            for number, seal in enumerate(seals, len(stored) - len(seals) + 1)
            if seal.through_id in open_seals or seal.id != number or not _is_vouched(seal, proven, marks)
        ]
        older = [act async for act in self._acts(BEFORE_ANY, until=head.unmarked_through)]
        is_whole = (head.chain_hash, head.unmarked_acts) == (walk.chain_hash, len(older))
        return breaks if is_whole else [*breaks, ("head", head.id)]

    async def _follow(
        self, walk: Walk, marks: Marks, *, proven: int, kept: dict[int, Seal] | None = None
    ) -> AsyncIterator[Break]:
        """The acts that break the chain, each once; takes the seals that it keeps out of `kept`."""
        async for act in self._acts(walk.last_id):
            follows = chained(walk.chain_hash, dict(act._mapping)) == act.chain_hash
            if not follows or (act.id > proven and not marks.is_ours(act.mark, act.chain_hash)):
                yield "act", act.id
            walk.chain_hash, walk.last_id, walk.acts = act.chain_hash, act.id, walk.acts + 1
            if kept and act.id in kept and kept[act.id].chain_hash == act.chain_hash:
                del kept[act.id]

    async def _acts(self, last: int, *, until: int | None = None) -> AsyncIterator[Row[Any]]:
        number = admin_audit_log.c.id
        query = select(admin_audit_log).order_by(number).limit(ACTS_AT_ONCE)
        if until is not None:
            query = query.where(number <= until)
        while acts := (await self._tx.execute(query.where(number > last))).all():
            for act in acts:
                yield act
            last = acts[-1].id


def _seal(row: Row[Any]) -> Seal:
    return Seal(row.id, row.through_id, row.acts, row.chain_hash, row.mark)


def _is_ours(seal: Seal, marks: Marks) -> bool:
    return marks.is_ours(seal.mark, seal.id, seal.through_id, seal.acts, seal.chain_hash)


def _is_vouched(seal: Seal, proven: int, marks: Marks) -> bool:
    """Marked by a key that is known, or followed by a seal that is."""
    return seal.through_id < proven or _is_ours(seal, marks)
