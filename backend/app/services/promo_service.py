"""Keeper of promo campaigns, their codes and their claims."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from app.db.statements import Insert, Statement
from app.db.transaction import Tx, new_row_id
from app.db.values import instant_in, instant_out, json_in, json_out, known_instant_in
from app.domain.grants import grant_from
from app.domain.promo import Campaign, CodeKind, Counter, PromoClaim, PromoCode
from app.domain.promo_config import PromoConfig
from app.models.promo import promo_campaigns, promo_claims, promo_codes

Row = dict[str, Any]
COLUMNS = "id, code, title_ko, title_en, host_id, kind, opens_at, closes_at, units, rewards, is_open, version"
CODES = Statement("SELECT code, id, campaign_id FROM promo_codes WHERE code IN ({codes})")
LOCK = Statement(f"SELECT {COLUMNS} FROM promo_campaigns WHERE id IN ({{ids}}) ORDER BY id FOR UPDATE")
NAMED = Statement(f"SELECT {COLUMNS} FROM promo_campaigns WHERE code = ?")
NAMED_LOCKED = Statement(f"SELECT {COLUMNS} FROM promo_campaigns WHERE code = ? FOR UPDATE")
# statements of their own, behind the lock: READ COMMITTED shows each what was committed before it began
NEWEST = Statement(
    "SELECT campaign_id, MAX(unit_no) FROM promo_claims WHERE campaign_id IN ({ids}) GROUP BY campaign_id"
)
# what an account had that became part of the player's is what the player had
PLAYERS = Statement("""
    SELECT campaign_id, user_id FROM promo_claims WHERE campaign_id IN ({ids}) AND user_id IN ({users})
    UNION ALL
    SELECT c.campaign_id, u.merged_into FROM user_profiles u JOIN promo_claims c ON c.user_id = u.id
    WHERE c.campaign_id IN ({ids}) AND u.merged_into IN ({users})
""")
USED = Statement("SELECT campaign_id, code_id FROM promo_claims WHERE code_id IN ({codes})")
ADD_CLAIMS = Insert(promo_claims, ["campaign_id", "user_id", "code_id", "unit_no", "operation_id", "created_at"])
ADD_CODES = Insert(promo_codes, ["campaign_id", "code", "created_at"])


class PromoService:
    """Keeper of promo codes."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def resolve(self, codes: Iterable[str]) -> dict[str, PromoCode]:
        """The codes that exist, by text. What a code is of never changes, so no lock is needed."""
        unique = sorted(set(codes))
        rows = await self._tx.rows(CODES, unique, codes=len(unique))
        return {code: PromoCode(id_, code, campaign_id) for code, id_, campaign_id in rows}

    async def zero_led_lengths(self) -> list[int]:
        """How long the codes are that begin with a zero."""
        code = promo_codes.c.code
        query = select(func.length(code)).where(code >= "0", code < "1").distinct()
        return list((await self._tx.execute(query)).scalars())

    async def lock(self, codes: Iterable[PromoCode], users: Iterable[int]) -> dict[int, Counter]:
        """The campaigns of these codes, locked in id order until the commit, with what these players have of them.

        Shared rows: lock them after the players.
        """
        wanted = list(codes)
        ids = sorted({code.campaign_id for code in wanted})
        if not ids:
            return {}
        rows = await self._tx.rows(LOCK, ids, ids=len(ids))
        counters = {row[0]: Counter(_campaign(row)) for row in rows}
        for campaign_id, newest in await self._tx.rows(NEWEST, ids, ids=len(ids)):
            counters[campaign_id].given = newest
        people = sorted(set(users))
        params = [*ids, *people] * 2
        for campaign_id, user_id in await self._tx.rows(PLAYERS, params, ids=len(ids), users=len(people)):
            counters[campaign_id].players.add(user_id)
        once = sorted(c.id for c in wanted if counters[c.campaign_id].campaign.kind is CodeKind.UNIQUE)
        for campaign_id, code_id in await self._tx.rows(USED, once, codes=len(once)) if once else ():
            counters[campaign_id].used_codes.add(code_id)
        return counters

    async def add_claims(self, claims: Sequence[PromoClaim]) -> None:
        """Writes who got which unit. A unit or a player twice raises IntegrityError: the transaction runs again."""
        await self._tx.write(
            ADD_CLAIMS,
            [
                (c.campaign_id, c.user_id, c.code_id, c.unit_no, c.operation_id, instant_out(c.created_at))
                for c in claims
            ],
        )

    async def find(self, code: str, *, locked: bool = False) -> Counter | None:
        """One campaign by its name, and how many units it has given."""
        rows = await self._tx.rows(NAMED_LOCKED if locked else NAMED, (code,))
        if not rows:
            return None
        campaign = _campaign(rows[0])
        newest = await self._tx.rows(NEWEST, (campaign.id,), ids=1)
        return Counter(campaign, newest[0][1] if newest else 0)

    async def has_claimed(self, campaign_id: int, user_id: int) -> bool:
        return bool(await self._tx.rows(PLAYERS, (campaign_id, user_id) * 2, ids=1, users=1))

    async def owners_of(self, code: str, *, limit: int) -> list[int]:
        """Who redeemed a code, `limit + 1` at most."""
        query = select(promo_claims.c.user_id).join(promo_codes).where(promo_codes.c.code == code)
        return list((await self._tx.execute(query.order_by(promo_claims.c.id).limit(limit + 1))).scalars())

    async def shared_code(self, campaign_id: int) -> str | None:
        """The one code of a SHARED campaign."""
        c = promo_codes.c
        return (await self._tx.execute(select(c.code).where(c.campaign_id == campaign_id).limit(1))).scalar()

    async def row(self, code: str) -> Row | None:
        """One campaign as operators see it."""
        return next(iter(await self._rows(code=code, after=None, limit=1)), None)

    async def page(self, *, after: int | None, limit: int) -> list[Row]:
        """Newest campaigns first, `limit + 1` at most, older than the campaign `after`."""
        return await self._rows(code=None, after=after, limit=limit + 1)

    async def add(self, config: PromoConfig, *, host_id: int | None, actor: str, now: datetime) -> int:
        """A new campaign as version 1, with its shared code if it has one; returns its id."""
        values = _values(config) | {"code": config.code, "kind": config.kind, "host_id": host_id}
        stamps = {"version": 1, "created_at": now, "updated_at": now, "updated_by": actor}
        campaign_id = new_row_id(await self._tx.execute(promo_campaigns.insert().values(**values, **stamps)))
        if config.shared_code is not None:
            await self._tx.write(ADD_CODES, [(campaign_id, config.shared_code, instant_out(now))])
        return campaign_id

    async def replace(
        self, campaign_id: int, config: PromoConfig, *, host_id: int | None, actor: str, now: datetime
    ) -> None:
        """What may change, as a new version. Lock the campaign first."""
        c = promo_campaigns.c
        changed = _values(config) | {"host_id": host_id, "updated_at": now, "updated_by": actor}
        await self._tx.execute(
            update(promo_campaigns).where(c.id == campaign_id).values(**changed, version=c.version + 1)
        )

    async def add_codes(self, campaign_id: int, codes: Sequence[str], now: datetime) -> None:
        """Adds codes, each new in the whole service: look with `resolve` first."""
        await self._tx.write(ADD_CODES, [(campaign_id, code, instant_out(now)) for code in codes])

    async def codes(self, campaign_id: int, *, after: int | None, limit: int) -> list[Row]:
        """The codes of a campaign with their newest claim, `limit + 1` at most, after the code `after`."""
        c, k = promo_codes.c, promo_claims.c
        columns = (func.count(k.id).label("claims"), func.max(k.user_id).label("user_id"))
        query = (
            select(c.id, c.code, *columns, func.max(k.created_at).label("claimed_at"), c.created_at)
            .outerjoin(promo_claims, k.code_id == c.id)
            .where(c.campaign_id == campaign_id, c.id > (after or 0))
            .group_by(c.id, c.code, c.created_at)
            .order_by(c.id)
            .limit(limit + 1)
        )
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def claims(self, campaign_id: int, *, after: int | None, limit: int) -> list[Row]:
        """The units of a campaign, in the order they were given, `limit + 1` at most, after the unit `after`."""
        c = promo_claims.c
        query = select(c.unit_no, c.user_id, promo_codes.c.code, c.operation_id, c.created_at).join(promo_codes)
        query = query.where(c.campaign_id == campaign_id, c.unit_no > (after or 0)).order_by(c.unit_no)
        return [dict(row) for row in (await self._tx.execute(query.limit(limit + 1))).mappings()]

    async def _rows(self, *, code: str | None, after: int | None, limit: int) -> list[Row]:
        p = promo_campaigns.c
        given = select(func.coalesce(func.max(promo_claims.c.unit_no), 0)).where(promo_claims.c.campaign_id == p.id)
        known = select(func.count()).where(promo_codes.c.campaign_id == p.id)
        query = select(
            promo_campaigns, given.scalar_subquery().label("given"), known.scalar_subquery().label("codes")
        ).order_by(p.id.desc()).limit(limit)  # fmt: skip
        if code is not None:
            query = query.where(p.code == code)
        if after is not None:
            query = query.where(p.id < after)
        rows = (await self._tx.execute(query)).mappings()
        return [dict(row) | {"rewards": json_in(row["rewards"])} for row in rows]


def _values(config: PromoConfig) -> Row:
    names = ("title_ko", "title_en", "opens_at", "closes_at", "units", "is_open")
    return {name: getattr(config, name) for name in names} | {"rewards": json_out(config.reward_documents())}


def _campaign(row: Sequence[Any]) -> Campaign:
    id_, code, ko, en, host_id, kind, opens_at, closes_at, units, rewards, is_open, version = row
    grants = tuple(grant_from(document) for document in json_in(rewards))
    opens, closes = known_instant_in(opens_at), instant_in(closes_at)
    return Campaign(id_, code, ko, en, host_id, CodeKind(kind), opens, closes, units, grants, bool(is_open), version)
