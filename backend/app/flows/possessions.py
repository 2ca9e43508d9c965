"""What players have got beyond wallets: coupon codes, entitlements, items. Reads only.

Reads user_profiles, coupon_codes with coupon_pools, entitlements, reward_log.
"""

from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.flows.steps.allowed_player import allowed_player
from app.flows.steps.commands import PlayerCommand
from app.flows.steps.coupon_view import coupon_view
from app.flows.steps.entitlement_view import entitlement_view
from app.services import House, Services
from app.services.player_state import Wanted
from app.utils.pagination import MAX_PAGE, page

Row = dict[str, Any]


async def my_coupons(house: House, query: PlayerCommand, *, after: int | None, limit: int) -> Row:
    """The player's coupon codes, newest first, each with its state."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await allowed_player(keepers, query, Wanted())
        rows = await keepers.coupon.of_player(await keepers.player.accounts_of(query.user_id), after=after, limit=limit)
        return page([coupon_view(row, now) for row in rows], limit) | {"server_time": kst_text(now)}

    return await house.read(work)


async def coupons_of_play(house: House, query: PlayerCommand, play_id: str) -> list[Row]:
    """The coupon codes that one of the player's plays won, as `my_coupons` shows them."""
    now = house.clock.now()

    async def work(keepers: Services) -> list[Row]:
        accounts = await keepers.player.accounts_of(query.user_id)
        rows = await keepers.coupon.of_operations(accounts, [f"PLAY:{play_id}"])
        return [coupon_view(row, now) for row in rows]

    return await house.read(work)


async def my_entitlements(house: House, query: PlayerCommand, *, after: int | None, limit: int) -> Row:
    """The player's entitlements, newest first."""
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        await allowed_player(keepers, query, Wanted())
        rows = await keepers.entitlement.of_player(
            await keepers.player.accounts_of(query.user_id), after=after, limit=limit
        )
        return page([entitlement_view(one, now) for one in rows], limit) | {"server_time": kst_text(now)}

    return await house.read(work)


async def my_items(house: House, query: PlayerCommand) -> Row:
    """How many of each item the player has got."""

    async def work(keepers: Services) -> Row:
        await allowed_player(keepers, query, Wanted())
        rows = await keepers.reward.items_of(await keepers.player.accounts_of(query.user_id))
        items = [{"code": code, "amount": amount} for code, amount in rows.items()]
        return {"items": items, "server_time": kst_text(house.clock.now())}

    return await house.read(work)


async def check_entitlement(house: House, user_id: int, resource: str) -> Row:
    """Whether a player may use a resource now, until when, and how many more can be redeemed: what a host asks.

    Counted over all that the player has; `items` are the newest hundred, and `has_more` says that there are others.
    """
    now = house.clock.now()

    async def work(keepers: Services) -> Row:
        profile = await keepers.player.profile(user_id)
        if profile is None:
            raise AppError("USER_NOT_FOUND")
        accounts = await keepers.player.accounts_of(user_id)
        redeemable, until = await keepers.entitlement.standing(accounts, resource, now)
        owned = await keepers.entitlement.of_player(accounts, resource=resource, limit=MAX_PAGE)
        newest = page([entitlement_view(one, now) for one in owned], MAX_PAGE)
        return {
            "external_id": profile["external_id"],
            "resource": resource,
            "is_active": until is not None,
            "valid_until": None if until is None else kst_text(until),
            "redeemable": redeemable,
            "items": newest["items"],
            "has_more": newest["has_more"],
            "server_time": kst_text(now),
        }

    return await house.read(work)
