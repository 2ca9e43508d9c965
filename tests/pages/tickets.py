"""Tickets for the players of a demo, and the game that the demo does not bring."""

from tests.pages.conftest import Site
from tests.world import key

BOXES = {
    "name": "선물 상자",
    "boxes": 3,
    "prizes": [
        {"id": 1, "label": "10 포인트", "count": 1, "reward_type": "POINT", "reward_amount": 10},
        {"id": 2, "label": "빈 상자", "count": 2},
    ],
}


async def tickets(site: Site, token_type: str, amount: int) -> None:
    """Gives every player of the demo tickets, as an operator would."""
    admin = await site.world.token("boss", "admin")
    for (user,) in await site.world.rows("SELECT id FROM user_profiles WHERE nickname IS NOT NULL"):
        body = {"user_id": user, "token_type": token_type, "amount": amount, "reason": "a test needs it"}
        await site.world.ok("POST", "/api/admin/wallets/grant", json=body, headers=admin | key())


async def open_boxes(site: Site, count: int) -> None:
    """Opens the game that the demo doesn't bring, and gives everybody tickets for it."""
    feature = {"feature_type": "SCRATCH_BOX", "title": "선물 상자", "is_enabled": True, "reason": "a new game"}
    admin = await site.world.token("fixture-admin", "admin")
    await site.world.ok("POST", "/api/admin/features", json=feature, headers=admin)
    await site.world.configure("scratch-box", BOXES)
    await tickets(site, "SCRATCH_TICKET", count)
