"""P4, the rules: the odds in force, who may check them, and a player's own draw computed again."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.core.errors import AppError
from app.domain.game import Game
from app.flows.game_status import game_odds
from app.flows.replay_play import replay_play
from app.games import GAMES
from app.pages.player.doors import PageRoute
from app.pages.player.look import show
from app.pages.player.visits import note_visit
from app.pages.session import Visitor, container_of, visitor

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PLAY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Text = Annotated[str | None, Query(max_length=200)]


@router.get("/odds")
async def odds(request: Request, play: Text = None) -> Response:
    """Public but for the check of a draw, which is the player's own."""
    who = await _visitor_if_any(request)
    tables = [table for game in GAMES.values() if (table := await _table(request, game)) is not None]
    asked = (play or "").strip().lower()
    verdict = await _verdict(request, who, asked) if asked and who else None
    response = show(request, "odds.html", tables=tables, asked=asked, verdict=verdict, who=who)
    return note_visit(request, response, who, "ODDS") if who else response


async def _visitor_if_any(request: Request) -> Visitor | None:
    try:
        return await visitor(request)
    except AppError as refusal:
        if refusal.meaning.kind.value == "unauthenticated":
            return None
        raise


async def _table(request: Request, game: Game) -> dict[str, Any] | None:
    """The odds of a game; nothing for one that is not set up."""
    try:
        return {"code": game.code, **await game_odds(container_of(request).house, game)}
    except AppError as refusal:
        if refusal.code in ("GAME_MISCONFIGURED", "NO_FEATURE_TODAY"):
            return None
        raise


async def _verdict(request: Request, who: Visitor, play_id: str) -> dict[str, Any]:
    """The player's play computed again. A play that isn't theirs is unknown to them."""
    if not PLAY_ID.fullmatch(play_id):
        return {"is_known": False}
    try:
        found = await replay_play(container_of(request).house, play_id, user_id=who.user_id)
    except AppError as refusal:
        if refusal.code != "NOT_FOUND":
            raise
        return {"is_known": False}
    return {"is_known": True, **found}
