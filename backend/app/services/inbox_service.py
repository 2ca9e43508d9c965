"""Keeper of the inbox: mailings, and each player's copy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.core.invariants import require
from app.db.statements import Insert, Statement
from app.db.transaction import Tx, new_row_id
from app.db.values import instant_in, instant_out, json_in, json_out, known_instant_in
from app.domain.grants import grant_from
from app.domain.inbox import InboxItem
from app.models.inbox import inbox_items, inbox_mailings

Row = dict[str, Any]
ITEMS = """
    SELECT i.id, i.user_id, i.mailing_id, m.title_ko, m.title_en, m.rewards, m.sent_by, m.sent_at, m.expires_at,
           m.withdrawn_at, i.claimed_at
    FROM inbox_items i JOIN inbox_mailings m ON m.id = i.mailing_id
"""
# a share lock: a withdrawal that was committed is seen; the items are their players' own, who are locked
WAITING = Statement(f"""
    {ITEMS} WHERE i.user_id IN ({{users}}) AND i.claimed_at IS NULL AND m.withdrawn_at IS NULL AND m.expires_at > ?
    ORDER BY i.id LIMIT ? LOCK IN SHARE MODE
""")
CHOSEN = Statement(f"{ITEMS} WHERE i.id IN ({{ids}}) ORDER BY i.id LOCK IN SHARE MODE")
PAGE = Statement(f"""
    {ITEMS} WHERE i.user_id = ? AND i.id < ? AND (m.withdrawn_at IS NULL OR i.claimed_at IS NOT NULL)
    ORDER BY i.id DESC LIMIT ?
""")
CLAIM = Statement("UPDATE inbox_items SET claimed_at = ? WHERE id = ? AND claimed_at IS NULL")
# a subquery of a subquery: MySQL refuses to read the table that it writes
DONE_BY_OTHER = Statement("""
    UPDATE inbox_items SET claimed_at = ? WHERE user_id = ? AND claimed_at IS NULL AND mailing_id IN
        (SELECT mailing_id FROM (SELECT mailing_id FROM inbox_items WHERE user_id = ? AND claimed_at IS NOT NULL) had)
""")
HAND_OVER = Statement("""
    UPDATE inbox_items SET user_id = ? WHERE user_id = ? AND claimed_at IS NULL AND mailing_id NOT IN
        (SELECT mailing_id FROM (SELECT mailing_id FROM inbox_items WHERE user_id = ?) have)
""")
ADD = Insert(inbox_items, ["mailing_id", "user_id"])
BEHIND_ALL = 2**63 - 1
MOST_AT_ONCE = 100  # items that a player claims in one transaction


class InboxService:
    """Keeper of the inbox."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def lock(self, ids: Iterable[int], users: Iterable[int], now: datetime) -> list[InboxItem]:
        """The items with these ids, and the oldest that wait for these players. Lock the players first."""
        chosen, people = sorted(set(ids)), sorted(set(users))
        rows = list(await self._tx.rows(CHOSEN, chosen, ids=len(chosen))) if chosen else []
        if people:
            params = (*people, instant_out(now), MOST_AT_ONCE * len(people))
            rows += await self._tx.rows(WAITING, params, users=len(people))
        found = {row[0]: _item(row) for row in rows}
        return [found[item_id] for item_id in sorted(found)]

    async def page(self, user_id: int, *, after: int | None, limit: int) -> list[InboxItem]:
        """A player's items, newest first, `limit + 1` at most, older than the item `after`; no withdrawn ones."""
        rows = await self._tx.rows(PAGE, (user_id, after or BEHIND_ALL, limit + 1))
        return [_item(row) for row in rows]

    async def claim(self, claims: Mapping[int, datetime]) -> None:
        """Marks items as claimed. Decide under the player's lock; "not claimed yet" is the second line."""
        for item_id, at in claims.items():
            matched = await self._tx.run(CLAIM, (instant_out(at), item_id))
            require(matched == 1, "an item is claimed once")

    async def hand_over(self, source: int, target: int, now: datetime) -> None:
        """What waits for the source waits for the target; a mailing that either has claimed is claimed. Lock both."""
        await self._tx.run(DONE_BY_OTHER, (instant_out(now), target, source))
        await self._tx.run(HAND_OVER, (target, source, target))

    async def send(self, users: Sequence[int], values: Row, *, rewards: list[Row]) -> int:
        """A mailing with a copy for each player; returns its id."""
        mailing = values | {"rewards": json_out(rewards), "recipients": len(users)}
        mailing_id = new_row_id(await self._tx.execute(inbox_mailings.insert().values(**mailing)))
        await self._tx.write(ADD, [(mailing_id, user_id) for user_id in users])
        return mailing_id

    async def withdraw(self, mailing_id: int, now: datetime) -> None:
        """Nobody claims it any more. Lock it first."""
        await self._tx.execute(update(inbox_mailings).where(inbox_mailings.c.id == mailing_id).values(withdrawn_at=now))

    async def mailing(self, mailing_id: int, *, locked: bool = False) -> Row | None:
        """One mailing, with how many have claimed it."""
        if locked:
            own = select(inbox_mailings.c.id).where(inbox_mailings.c.id == mailing_id).with_for_update()
            await self._tx.execute(own)
        return next(iter(await self._mailings(only=mailing_id, after=None, limit=1)), None)

    async def mailings(self, *, after: int | None, limit: int) -> list[Row]:
        """Newest mailings first, `limit + 1` at most, older than the mailing `after`."""
        return await self._mailings(only=None, after=after, limit=limit + 1)

    async def _mailings(self, *, only: int | None, after: int | None, limit: int) -> list[Row]:
        m, i = inbox_mailings.c, inbox_items.c
        claimed = select(func.count(i.claimed_at)).where(i.mailing_id == m.id).scalar_subquery().label("claimed")
        query = select(inbox_mailings, claimed).order_by(m.id.desc()).limit(limit)
        if only is not None:
            query = query.where(m.id == only)
        if after is not None:
            query = query.where(m.id < after)
        rows = (await self._tx.execute(query)).mappings()
        return [dict(row) | {"rewards": json_in(row["rewards"])} for row in rows]


def _item(row: Sequence[Any]) -> InboxItem:
    id_, user_id, mailing_id, ko, en, rewards, sent_by, sent_at, expires_at, withdrawn_at, claimed_at = row
    return InboxItem(
        id=id_,
        user_id=user_id,
        mailing_id=mailing_id,
        title_ko=ko,
        title_en=en,
        grants=tuple(grant_from(document) for document in json_in(rewards)),
        sent_by=sent_by,
        sent_at=known_instant_in(sent_at),
        expires_at=known_instant_in(expires_at),
        withdrawn_at=instant_in(withdrawn_at),
        claimed_at=instant_in(claimed_at),
    )
