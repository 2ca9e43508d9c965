"""P3, the history: every movement of the player's wallets, and where each reward stands."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.flows.player_reads import my_ledger, my_rewards, my_wallets
from app.flows.steps.commands import PlayerCommand
from app.pages.player.doors import PageRoute
from app.pages.player.look import show
from app.pages.player.visits import note_visit
from app.pages.session import container_of, visitor

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LINES = 20
After = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
TokenType = Annotated[str | None, Query(pattern=r"^[A-Z][A-Z0-9_]{0,49}$")]


@router.get("/history")
async def history(request: Request, token: TokenType = None, after: After = None) -> Response:
    """Newest first, twenty lines a page."""
    who = await visitor(request)
    house, query = container_of(request).house, PlayerCommand(**who.command_fields)
    response = show(
        request,
        "history.html",
        wallets=(await my_wallets(house, query))["wallets"],
        ledger=await my_ledger(house, query, token_type=token, after=after, limit=LINES),
        token=token,
        after=after,
        who=who,
    )
    return note_visit(request, response, who, "HISTORY")


@router.get("/rewards")
async def rewards(request: Request, after: After = None) -> Response:
    """Every reward with its state, newest first."""
    who = await visitor(request)
    house, query = container_of(request).house, PlayerCommand(**who.command_fields)
    page = await my_rewards(house, query, after=after, limit=LINES)
    return show(request, "rewards.html", page=page, after=after, who=who)
