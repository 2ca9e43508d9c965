"""What a player reads of their own. Reads user_profiles with wallets, wallet_ledger, reward_log,
coupon_codes with coupon_pools; writes ENTER_PAGE."""

from typing import Any

from app.core.errors import AppError
from app.core.time_utils import kst_text
from app.domain.event_names import EventType
from app.domain.player import PlayerState
from app.domain.records import Event
from app.flows.steps.commands import PlayerCommand
from app.flows.steps.coupon_view import with_coupons
from app.services import House, Services
from app.services.player_state import Wanted
from app.utils.pagination import page


async def my_wallets(house: House, query: PlayerCommand) -> dict[str, Any]:
    """Every wallet of the player."""

    async def work(keepers: Services) -> dict[str, Any]:
        player = await _allowed(keepers, query, Wanted(wallets=True))
        return {
            "wallets": player.wallet_views(),
            "server_time": kst_text(house.clock.now()),
        }

    return await house.read(work)


async def my_ledger(
    house: House, query: PlayerCommand, *, token_type: str | None, after: int | None, limit: int
) -> dict[str, Any]:
    """The player's wallet movements, newest first."""

    async def work(keepers: Services) -> dict[str, Any]:
        await _allowed(keepers, query, Wanted())
        rows = await keepers.wallet.ledger(query.user_id, token_type=token_type, after=after, limit=limit)
        return page([row | {"created_at": kst_text(row["created_at"])} for row in rows], limit)

    return await house.read(work)


async def my_rewards(house: House, query: PlayerCommand, *, after: int | None, limit: int) -> dict[str, Any]:
    """The player's rewards, newest first, with their states; a coupon with its name and codes."""

    async def work(keepers: Services) -> dict[str, Any]:
        await _allowed(keepers, query, Wanted())
        accounts = await keepers.player.accounts_of(query.user_id)
        rows = await keepers.reward.of_player(accounts, after=after, limit=limit)
        told = await with_coupons(keepers, accounts, rows, house.clock.now())
        return page([_reward_view(row) for row in told], limit)

    return await house.read(work)


async def enter_page(house: House, query: PlayerCommand, page_name: str) -> None:
    """Notes that the player opened a page."""
    now = house.clock.now()

    async def work(keepers: Services) -> None:
        await _allowed(keepers, query, Wanted())
        facts = {"page": page_name}
        event = Event(query.user_id, EventType.ENTER_PAGE, None, None, facts, query.request_id, now)
        await keepers.event_log.add([event])

    await house.write(work)


async def _allowed(keepers: Services, query: PlayerCommand, wanted: Wanted) -> PlayerState:
    """The player as far as wanted, after the check that they may look."""
    player = (await keepers.player.look([query.user_id], wanted)).get(query.user_id)
    if player is None:
        raise AppError("USER_NOT_FOUND")
    player.require_allowed(session_id=query.session_id, issued_at=query.issued_at)
    return player


def _reward_view(row: dict[str, Any]) -> dict[str, Any]:
    amount = row.pop("amount")
    return row | {"reward_amount": amount, "created_at": kst_text(row["created_at"])}
