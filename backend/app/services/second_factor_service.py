"""Keeper of `staff_second_factors` and `staff_recovery_codes`: what operators show beside their password."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select, update

from app.db.transaction import Tx
from app.models.second_factor import staff_recovery_codes, staff_second_factors


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """An operator's authenticator. `secret` is as it is stored: encrypted. Unconfirmed, it is not asked for."""

    staff_id: int
    secret: str = field(repr=False)
    last_step: int
    confirmed_at: datetime | None


class SecondFactorService:
    """Keeper of second factors. Lock the operator first: what is decided by these rows is decided under that lock."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def find(self, staff_id: int) -> SecondFactor | None:
        """The operator's authenticator, confirmed or not."""
        c = staff_second_factors.c
        query = select(c.staff_id, c.secret, c.last_step, c.confirmed_at).where(c.staff_id == staff_id)
        row = (await self._tx.execute(query)).first()
        return None if row is None else SecondFactor(**row._mapping)

    async def confirmed(self) -> set[int]:
        """The operators who are asked for a second factor."""
        c = staff_second_factors.c
        return set((await self._tx.execute(select(c.staff_id).where(c.confirmed_at.is_not(None)))).scalars())

    async def begin(self, staff_id: int, secret: str, *, now: datetime) -> None:
        """Stores a new secret, not asked for yet, in place of the one before."""
        await self.remove(staff_id)
        values = {"staff_id": staff_id, "secret": secret, "last_step": 0, "created_at": now}
        await self._tx.execute(staff_second_factors.insert().values(**values))

    async def use_step(self, staff_id: int, step: int) -> None:
        """Notes that the code of this step was used: it and the ones before are worth nothing from now on."""
        c = staff_second_factors.c
        await self._tx.execute(update(staff_second_factors).where(c.staff_id == staff_id).values(last_step=step))

    async def confirm(self, staff_id: int, code_hashes: Sequence[str], *, now: datetime) -> None:
        """Has the authenticator asked for from now on, with these recovery codes beside it."""
        c = staff_second_factors.c
        await self._tx.execute(update(staff_second_factors).where(c.staff_id == staff_id).values(confirmed_at=now))
        rows = [{"code_hash": code_hash, "staff_id": staff_id} for code_hash in code_hashes]
        await self._tx.execute(staff_recovery_codes.insert(), rows)

    async def use_recovery_code(self, staff_id: int, code_hash: str, *, now: datetime) -> bool:
        """Spends a recovery code, once; False when there is no such unused one."""
        c = staff_recovery_codes.c
        is_meant = (c.staff_id == staff_id, c.code_hash == code_hash, c.used_at.is_(None))
        return (await self._tx.execute(update(staff_recovery_codes).where(*is_meant).values(used_at=now))).rowcount == 1

    async def codes_left(self, staff_id: int) -> int:
        """How many recovery codes are unused."""
        c = staff_recovery_codes.c
        query = select(func.count()).select_from(staff_recovery_codes)
        return int((await self._tx.execute(query.where(c.staff_id == staff_id, c.used_at.is_(None)))).scalar_one())

    async def remove(self, staff_id: int) -> bool:
        """Takes the authenticator and its recovery codes away; whether there was one."""
        await self._tx.execute(delete(staff_recovery_codes).where(staff_recovery_codes.c.staff_id == staff_id))
        gone = delete(staff_second_factors).where(staff_second_factors.c.staff_id == staff_id)
        return (await self._tx.execute(gone)).rowcount == 1
