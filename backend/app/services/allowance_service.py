"""Keeper of `grant_allowances`: how much each operator has given on a KST day, of each token and of all together."""

from datetime import date

from sqlalchemy import ColumnElement, select, update

from app.core.alarms import raise_alarm
from app.db.transaction import Tx
from app.models.audit import grant_allowances

AllowanceKey = tuple[str, date, str]
# in the place of a token: everything together, by what it is worth in POINT
WORTH = "WORTH"


class AllowanceService:
    """Keeper of the operators' daily allowances, by (actor, day, token type or WORTH)."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def lock(self, keys: set[AllowanceKey]) -> dict[AllowanceKey, int]:
        """What was given so far, locked until the commit in the order of the keys. Nothing yet: not in the answer."""
        given: dict[AllowanceKey, int] = {}
        for key in sorted(keys):
            query = select(grant_allowances.c.granted).where(*_is(key)).with_for_update()
            granted = (await self._tx.execute(query)).scalar()
            if granted is not None:
                given[key] = granted
        return given

    async def save(self, key: AllowanceKey, granted: int, *, is_new: bool) -> None:
        """Writes the sum. An alarm tells of an operator's first gift ever, after its commit.

        Two that are new at once: the primary key makes one run again, and then it is locked.
        """
        if is_new:
            actor, day, token_type = key
            values = {"actor": actor, "day": day, "token_type": token_type, "granted": granted}
            is_first = token_type == WORTH and not await self._gave_before(actor, day)
            await self._tx.execute(grant_allowances.insert().values(**values))
            if is_first:
                self._tx.after_commit.append(lambda: raise_alarm("first_gift", actor=actor, worth_points=granted))
        else:
            await self._tx.execute(update(grant_allowances).where(*_is(key)).values(granted=granted))

    async def _gave_before(self, actor: str, day: date) -> bool:
        c = grant_allowances.c
        query = select(c.day).where(c.actor == actor, c.day != day).limit(1)
        return (await self._tx.execute(query)).first() is not None


def _is(key: AllowanceKey) -> tuple[ColumnElement[bool], ...]:
    c = grant_allowances.c
    return c.actor == key[0], c.day == key[1], c.token_type == key[2]
