"""P2, a game: the server draws and answers; what moves on the page only shows what was already decided."""

import hashlib
from html import unescape
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import ValidationError
from pydantic_core import from_json

from app.core.errors import AppError
from app.core.metrics import PLAYS, REPLAYS
from app.domain.config_fields import PathName, field_problems
from app.domain.game import Game
from app.domain.grants import RewardType
from app.flows.game_status import GameQuery, game_status
from app.flows.play import PlayCommand
from app.flows.possessions import coupons_of_play
from app.flows.replay_play import replay_play
from app.flows.steps.commands import IdempotencyKey, PlayerCommand, unwrap
from app.flows.ui_text import ui_text
from app.games import GAMES
from app.pages.player.doors import PageRoute, wants_json
from app.pages.player.game_pages import GAME_PAGES, GamePage, Result
from app.pages.player.look import TEMPLATES, show, text_in
from app.pages.player.visits import note_visit
from app.pages.reader import language_of
from app.pages.session import Visitor, container_of, visitor
from app.utils.random_utils import new_id

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PlayId = Annotated[str | None, Query(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]
# made by the page that shows the button: pressing it twice, or reloading, is one play
PlayKey = Annotated[str, Form(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]


def _known(code: str) -> tuple[Game, GamePage]:
    game, page = GAMES.get(code), GAME_PAGES.get(code)
    if game is None or page is None:
        raise AppError("GAME_NOT_FOUND")
    return game, page


@router.get("/games/{code}")
async def game_page(request: Request, code: PathName, play: PlayId = None) -> Response:
    """The game. After a play without script, `play` names whose result to show: only the player's own is found."""
    game, page = _known(code)
    who = await visitor(request)
    house = container_of(request).house
    status = from_json(unwrap((await game_status(house, GameQuery(**who.command_fields, game=game)))[0]).body)
    result = (
        await _with_coupons(request, who, play, page.result(await _own_play(request, who, game, play)))
        if play
        else None
    )
    texts = (await ui_text(house, "ticket_zero"))["value"]
    language = language_of(request)
    response = show(
        request,
        page.template,
        game=game,
        page=page,
        status=status,
        result=result,
        play_id=play,
        play_key=new_id(container_of(request).clock.now()),
        ticket_zero={name: text_in(texts, language, name) for name in ("title", "body", "button")},
        who=who,
    )
    return note_visit(request, response, who, game.feature_type)


async def _own_play(request: Request, who: Visitor, game: Game, play_id: str) -> dict[str, Any]:
    found = await replay_play(container_of(request).house, play_id, user_id=who.user_id)
    if found["game"] != game.code:
        raise AppError("NOT_FOUND")
    stored: dict[str, Any] = found["stored"]
    return stored


async def _with_coupons(request: Request, who: Visitor, play_id: str, result: Result) -> Result:
    """The result with the codes that it won: the player's own, whoever else asks for the play."""
    if result.reward.get("reward_type") != RewardType.COUPON:
        return result
    query = PlayerCommand(**who.command_fields)
    return result.with_coupons(await coupons_of_play(container_of(request).house, query, play_id))


async def _choice(request: Request, game: Game) -> dict[str, Any] | None:
    """What the form says beside its key, as the game's body would; raises VALIDATION_ERROR."""
    chosen = {name: value for name, value in (await request.form()).items() if name != "key"}
    try:
        return game.choice.model_validate_strings(chosen).model_dump() or None
    except ValidationError as error:
        raise AppError("VALIDATION_ERROR", fields=field_problems(error)) from None


def _lines(template: str, language: str, **context: Any) -> list[str]:
    """What a page's script shows line by line: texts, no markup."""
    text = TEMPLATES.render(template, language, context)
    return [unescape(line.strip()) for line in text.splitlines() if line.strip()]


@router.post("/games/{code}/play")
async def play_game(request: Request, code: PathName, key: PlayKey) -> Response:
    """Plays once for this key."""
    game, page = _known(code)
    request.state.back = f"/games/{code}"
    who = await visitor(request)
    container = container_of(request)
    choice = await _choice(request, game)
    fingerprint = hashlib.sha256(f"page:{code}:{choice}".encode()).hexdigest()
    command = PlayCommand(**who.command_fields, idempotency=IdempotencyKey(key, fingerprint), game=game, choice=choice)
    done = await container.plays.submit(command)
    (REPLAYS.labels("PLAY") if done.is_replay else PLAYS.labels(game.code)).inc()
    answer = from_json(done.body)
    if not wants_json(request):
        return RedirectResponse(f"/games/{code}?play={answer['play_id']}#result", 303)
    result = await _with_coupons(request, who, answer["play_id"], page.result(answer))
    language = language_of(request)
    words = _lines("parts/result.html", language, result=result, play_id=answer["play_id"])
    return JSONResponse(
        {
            "ok": True,
            "play_id": answer["play_id"],
            "shown": result.shown,
            "is_win": result.is_win,
            "lines": words,
            "coupons": [
                dict(zip(("name", "code", "until"), _lines("parts/coupon.html", language, one=one), strict=False))
                for one in result.coupons
            ],
            "token_balance": answer["token_balance"],
            "tickets": _lines("parts/tickets.html", language, balance=answer["token_balance"])[0],
            "is_replay": done.is_replay,
            "next_key": new_id(container.clock.now()),
        }
    )
