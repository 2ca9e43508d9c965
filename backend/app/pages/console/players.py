"""A4, players: find one, and understand everything that happened to them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import StringConstraints

from app.flows.admin_reads import of_player
from app.flows.player_story import player_story
from app.flows.settle_missed import missed_settlements
from app.games import TOKEN_TYPES
from app.pages.console.doors import ConsoleRoute
from app.pages.console.forms import LINES, After, Id
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
Search = Annotated[Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)], Query()]
Tab = Annotated[Literal["timeline", "ledger", "rewards"], Query()]
# the event and the operator's act behind which the timeline goes on
TimelineMark = Annotated[str, Query(pattern=r"^\d{1,18}\.\d{1,18}$")]
WALLETS = sorted({*TOKEN_TYPES, "POINT"})


@router.get("/console/players")
async def players(request: Request, query: Search = "", after: After = None) -> Response:
    """Players by id, or by the start of an external id or a nickname."""
    who = await operator(request)
    house = container_of(request).house
    rows = await house.read(lambda keepers: keepers.player.search(query or None, after=after, limit=LINES))
    return show(request, "players.html", who=who, found=page(rows, LINES), asked=query, after=after)


@router.get("/console/players/{user_id}")
async def player(
    request: Request, user_id: Id, tab: Tab = "timeline", after: After = None, mark: TimelineMark = "0.0"
) -> Response:
    """One player: facts, wallets, where they stand, one timeline, and what can be done for them."""
    request.state.back = "/console/players"
    who = await operator(request)
    container = container_of(request)
    event, act = (int(number) or None for number in mark.split("."))
    story = await player_story(container.house, user_id, after=(event, act), limit=LINES)
    lines = None
    if tab == "ledger":
        rows = await of_player(
            container.house,
            user_id,
            lambda keepers: keepers.wallet.ledger(user_id, token_type=None, after=after, limit=LINES),
        )
        lines = page(rows, LINES)
    if tab == "rewards":
        rows = await of_player(
            container.house, user_id, lambda keepers: keepers.reward.of_player([user_id], after=after, limit=LINES)
        )
        lines = page(rows, LINES)
    return show(
        request,
        "player.html",
        who=who,
        story=story,
        profile=story.profile,
        tab=tab,
        lines=lines,
        after=after,
        mark=mark if any((event, act)) else None,
        wallets=WALLETS,
        missed=await missed_settlements(container.house, user_id),
        names={season["id"]: season["season_name"] for season in story.seasons},
    )
