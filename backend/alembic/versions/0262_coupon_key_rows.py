"""A coupon code is one across all pools. Codes that are there get their key and the batch they came with.

Where a code stands twice (in two pools, or in capital and small letters), the one that a player has keeps the key, else
the older one. A twin that nobody has is voided: it will not be given. A twin that another player has stays theirs and
gets no key: `./run ops reconcile` names it ("I17 a code is one across pools"), and a person decides. Nothing is
deleted, and nothing fails. Codes that came at one instant were one upload.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.db.base import UtcDateTime

revision = "0262_coupon_key_rows"
down_revision = "0261_coupon_code_keys"

AT_ONCE = 1_000
CODES = sa.table(
    "coupon_codes",
    *(sa.column(name) for name in ("id", "pool_id", "code", "code_key", "operation_id", "batch_id")),
    sa.column("voided_at", UtcDateTime),
    sa.column("created_at", UtcDateTime),
)
BATCHES = sa.table(
    "coupon_batches",
    *(sa.column(name) for name in ("id", "pool_id", "source", "codes", "created_by")),
    sa.column("created_at", UtcDateTime),
)
POOLS = sa.table("coupon_pools", sa.column("id"), sa.column("updated_by"))


def upgrade() -> None:
    if context.is_offline_mode():
        return  # a script can't look: run it with a connection, or voided twins stay
    _give_keys(op.get_bind(), CODES.c.operation_id.is_not(None))
    _give_keys(op.get_bind(), CODES.c.operation_id.is_(None))
    _give_batches(op.get_bind())


def downgrade() -> None:
    op.execute("UPDATE coupon_codes SET code_key = NULL, batch_id = NULL")


def _give_keys(bind: sa.Connection, those: Any) -> None:
    """In the order of their ids, a thousand at once: a run that broke goes on where it was."""
    c, last = CODES.c, 0
    while True:
        query = sa.select(c.id, c.code, c.operation_id).where(those, c.code_key.is_(None), c.id > last)
        query = query.where(sa.or_(c.operation_id.is_not(None), c.voided_at.is_(None)))
        rows = bind.execute(query.order_by(c.id).limit(AT_ONCE)).all()
        if not rows:
            return
        keys = {row.code.upper() for row in rows}
        taken = set(bind.execute(sa.select(c.code_key).where(c.code_key.in_(keys))).scalars())
        keyed, twins = [], []
        for row in rows:
            (twins if row.code.upper() in taken else keyed).append(row.id)
            taken.add(row.code.upper())
        if keyed:
            bind.execute(CODES.update().where(c.id.in_(keyed)).values(code_key=sa.func.upper(c.code)))
        if twins:
            free = CODES.update().where(c.id.in_(twins), c.operation_id.is_(None))
            bind.execute(free.values(voided_at=c.created_at))
        last = rows[-1].id


def _give_batches(bind: sa.Connection) -> None:
    c = CODES.c
    uploads = sa.select(c.pool_id, c.created_at, sa.func.count()).where(c.batch_id.is_(None))
    for pool_id, at, codes in bind.execute(uploads.group_by(c.pool_id, c.created_at).order_by(sa.func.min(c.id))).all():
        by = bind.execute(sa.select(POOLS.c.updated_by).where(POOLS.c.id == pool_id)).scalar_one()
        values = {"pool_id": pool_id, "source": "BEFORE", "codes": codes, "created_at": at, "created_by": by}
        bind.execute(BATCHES.insert().values(**values))
        newest = bind.execute(sa.select(sa.func.max(BATCHES.c.id)).where(BATCHES.c.pool_id == pool_id)).scalar_one()
        of_upload = CODES.update().where(c.pool_id == pool_id, c.created_at == at, c.batch_id.is_(None))
        bind.execute(of_upload.values(batch_id=newest))
