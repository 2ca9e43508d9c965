"""Keeper of bridge campaigns with their slots, the keys that players collect, and their settlements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from app.core.time_utils import kst_date, kst_midnight
from app.db.statements import Insert, Statement, Upsert
from app.db.transaction import Tx, new_row_id
from app.db.values import instant_out, json_in, json_out
from app.domain.bridge import CampaignState, LevelState, Outcome
from app.domain.bridge_config import BridgeConfig
from app.domain.bridge_records import BridgeKey, BridgeSettlement
from app.models.bridge import bridge_campaigns, bridge_keys, bridge_settlements, bridge_slots

Row = dict[str, Any]
# one that was taken back stands anew
SET_KEYS = Upsert(
    bridge_keys,
    ["campaign_id", "user_id", "event_type"],
    ["day", "key_date", "points", "cause", "created_at", "taken_back_at"],
)
TAKE_KEY_BACK = Statement(
    "UPDATE bridge_keys SET taken_back_at = ? WHERE campaign_id = ? AND user_id = ? AND event_type = ?"
)
STANDS = bridge_keys.c.taken_back_at.is_(None)
SETTLEMENT = (
    *("outcome", "key_count", "pending_points", "points_paid", "level_state", "season_id", "level_after", "xp_added"),
    *("created_at", "updated_at"),
)
ADD_SETTLEMENTS = Insert(bridge_settlements, ["campaign_id", "user_id", *SETTLEMENT])
SET_SETTLEMENTS = Upsert(bridge_settlements, ["campaign_id", "user_id"], SETTLEMENT)
UNSETTLED = (CampaignState.OPEN, CampaignState.CLOSING)


class BridgeService:
    """Keeper of the bridge."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def page(self, *, after: int | None, limit: int) -> list[Row]:
        """Newest campaigns first, without their slots, `limit + 1` at most, older than the campaign `after`."""
        query = select(bridge_campaigns).order_by(bridge_campaigns.c.id.desc()).limit(limit + 1)
        if after is not None:
            query = query.where(bridge_campaigns.c.id < after)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def find(self, code: str, *, locked: bool = False) -> Row | None:
        """One campaign with its slots. Lock every switch before you lock it: accruals share-lock both in that order."""
        query = select(bridge_campaigns).where(bridge_campaigns.c.code == code)
        row = (await self._tx.execute(query.with_for_update() if locked else query)).mappings().first()
        if row is None:
            return None
        slots = select(bridge_slots).where(bridge_slots.c.campaign_id == row["id"]).order_by(bridge_slots.c.day)
        return dict(row) | {
            "slots": [
                dict(slot) | {"mission": json_in(slot["mission"]), "rewards": json_in(slot["rewards"])}
                for slot in (await self._tx.execute(slots)).mappings()
            ]
        }

    async def overlapping(self, campaign: Row) -> list[str]:
        """The codes of other unsettled campaigns for any of the same players that run before this one is settled.

        A player's counters belong to one campaign at a time, so not even its settlement day may be another's first.
        """
        c = bridge_campaigns.c
        query = select(c.code).where(
            c.id != campaign["id"],
            c.state.in_(UNSETTLED),
            c.start_date <= kst_date(campaign["settles_at"]),
            c.settles_at >= kst_midnight(campaign["start_date"]),
        )
        if campaign["host_id"] is not None:
            query = query.where(or_(c.host_id.is_(None), c.host_id == campaign["host_id"]))
        return sorted((await self._tx.execute(query)).scalars())

    async def add(self, config: BridgeConfig, *, host_id: int | None, state: CampaignState, now: datetime) -> int:
        """A new campaign as version 1; returns its id."""
        values = _own_values(config) | {"host_id": host_id, "state": state, "version": 1}
        result = await self._tx.execute(bridge_campaigns.insert().values(**values, created_at=now, updated_at=now))
        campaign_id = new_row_id(result)
        await self._add_slots(campaign_id, config)
        return campaign_id

    async def replace(self, campaign_id: int, config: BridgeConfig, *, host_id: int | None, now: datetime) -> None:
        """Everything of a draft anew, as its next version. Lock it first."""
        await self.change(campaign_id, **_own_values(config), host_id=host_id, now=now)
        await self._tx.execute(delete(bridge_slots).where(bridge_slots.c.campaign_id == campaign_id))
        await self._add_slots(campaign_id, config)

    async def change(self, campaign_id: int, *, now: datetime, **values: Any) -> None:
        """Some columns, as the campaign's next version: processes keep parsed campaigns by (id, version)."""
        c = bridge_campaigns.c
        await self._tx.execute(
            update(bridge_campaigns)
            .where(c.id == campaign_id)
            .values(**values, version=c.version + 1, updated_at=now)
        )  # fmt: skip

    async def _add_slots(self, campaign_id: int, config: BridgeConfig) -> None:
        await self._tx.execute(
            bridge_slots.insert(),
            [
                {
                    "campaign_id": campaign_id,
                    "day": day,
                    "slot_date": slot_date,
                    "event_type": slot.event_type,
                    "mission": json_out(slot.mission.model_dump()),
                    "rewards": json_out([reward.model_dump() for reward in slot.rewards]),
                }
                for day, slot_date, slot in config.dated_slots()
            ],
        )

    async def in_state(self, *states: CampaignState) -> list[Row]:
        """The campaigns in these states, the one to be settled first at the front."""
        c = bridge_campaigns.c
        query = select(bridge_campaigns).where(c.state.in_(states)).order_by(c.settles_at, c.id)
        return [dict(row) for row in (await self._tx.execute(query)).mappings()]

    async def save(self, keys: Sequence[BridgeKey], settlements: Sequence[BridgeSettlement]) -> None:
        """Writes keys and settlements. One that already stands raises IntegrityError: it was given already."""
        await self._tx.write(
            SET_KEYS,
            [
                (k.campaign_id, k.user_id, k.event_type, k.day, k.key_date.isoformat(), k.points, k.cause,
                 instant_out(k.created_at), None)
                for k in keys
            ],
        )  # fmt: skip
        await self._tx.write(ADD_SETTLEMENTS, [_settlement_row(settlement) for settlement in settlements])

    async def keys_caused_by(self, user_id: int, causes: Sequence[str]) -> list[Row]:
        """The player's keys that these causes earned. Lock the player first."""
        c = bridge_keys.c
        query = select(bridge_keys, bridge_campaigns.c.code).join(
            bridge_campaigns, bridge_campaigns.c.id == c.campaign_id
        ).where(c.user_id == user_id, c.cause.in_(causes), STANDS)  # fmt: skip
        return [dict(row) for row in (await self._tx.execute(query.order_by(c.id))).mappings()]

    async def take_keys_back(self, keys: Mapping[tuple[int, int, str], datetime]) -> None:
        """Marks keys, by (campaign, player, event type), whose cause was taken back: they may be earned anew."""
        for key, at in sorted(keys.items()):
            await self._tx.run(TAKE_KEY_BACK, (instant_out(at), *key))

    async def settle_levels(self, settlements: Sequence[BridgeSettlement]) -> None:
        """Writes settlements that stand already anew, after their levels were decided. Lock the players first."""
        await self._tx.write(SET_SETTLEMENTS, [_settlement_row(settlement) for settlement in settlements])

    async def pending_levels(self, campaign_id: int, *, after: int, limit: int) -> list[Row]:
        """The next settlements whose level waits for the new season, by player."""
        c = bridge_settlements.c
        query = select(bridge_settlements).where(
            c.campaign_id == campaign_id, c.level_state == LevelState.PENDING, c.user_id > after
        )
        rows = await self._tx.execute(query.order_by(c.user_id).limit(limit))
        return [dict(row) for row in rows.mappings()]

    async def blocked(self, user_id: int) -> list[Row]:
        """The settlements in which the player got no points or no level because they were blocked, with the campaign's

        code, oldest first. Lock the player first to pay them.
        """
        c = bridge_settlements.c
        query = select(bridge_settlements, bridge_campaigns.c.code).join(bridge_campaigns)
        blocked = or_(c.outcome == Outcome.BLOCKED, c.level_state == LevelState.BLOCKED)
        settled = bridge_campaigns.c.state == CampaignState.SETTLED
        rows = await self._tx.execute(query.where(c.user_id == user_id, blocked, settled).order_by(c.id))
        return [dict(row) for row in rows.mappings()]

    async def key_counts(self, campaign_id: int) -> dict[str, int]:
        """How many players have the key of each day, by event type."""
        c = bridge_keys.c
        query = (
            select(c.event_type, func.count().label("players"))
            .where(c.campaign_id == campaign_id, STANDS)
            .group_by(c.event_type)
        )
        return {row.event_type: row.players for row in await self._tx.execute(query)}

    async def players_by_keys(self, campaign_id: int) -> dict[int, int]:
        """How many players have 1, 2, 3, … keys."""
        c = bridge_keys.c
        standing = select(func.count().label("n")).where(c.campaign_id == campaign_id, STANDS)
        each = standing.group_by(c.user_id).subquery()
        query = select(each.c.n, func.count().label("players")).group_by(each.c.n).order_by(each.c.n)
        return {row.n: row.players for row in await self._tx.execute(query)}

    async def outcomes(self, campaign_id: int) -> list[Row]:
        """The settlements by outcome and level state, with how many and how many points."""
        c = bridge_settlements.c
        totals = (func.count().label("players"), func.sum(c.points_paid).label("points"))
        query = select(c.outcome, c.level_state, *totals).where(c.campaign_id == campaign_id)
        query = query.group_by(c.outcome, c.level_state).order_by(c.outcome, c.level_state)
        return [dict(row) | {"points": int(row["points"])} for row in (await self._tx.execute(query)).mappings()]


def _own_values(config: BridgeConfig) -> Row:
    names = ("code", "name", "program", "start_date", "required_keys", "points_per_key", "policy", "settles_at")
    values = {name: getattr(config, name) for name in names}
    return values | {"end_date": config.end_date, "target_season_id": config.target_season_id}


def _settlement_row(s: BridgeSettlement) -> tuple[Any, ...]:
    return (
        *(s.campaign_id, s.user_id, s.outcome, s.key_count, s.pending_points, s.points_paid, s.level_state),
        *(s.season_id, s.level_after, s.xp_added, instant_out(s.created_at), instant_out(s.updated_at)),
    )
