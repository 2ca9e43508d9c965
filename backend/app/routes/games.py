"""One set of routes per registered game: status, play, odds."""

from fastapi import APIRouter, Request, Response

from app.core.metrics import PLAYS, REPLAYS
from app.domain.game import Game
from app.flows.game_status import GameQuery, game_odds, game_status
from app.flows.play import PlayCommand
from app.flows.steps.commands import unwrap
from app.games import GAMES
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import caller, container_of, required_idempotency_key
from app.routes.openapi import answers, body_of, keyed, problems
from app.schemas.games import GameStatus, Odds, PlayAnswer, PlayBody

router = APIRouter(tags=["games"])


def _add_play(game: Game) -> None:
    async def play(request: Request) -> Response:
        """Plays once: takes one ticket, draws, pays. The same Idempotency-Key gets the same answer for ever."""
        who = await caller(request)
        raw = await request.body()
        parse_body(PlayBody, raw)
        key = required_idempotency_key(request, raw)
        command = PlayCommand(**who.command_fields, idempotency=key, game=game)
        done = await container_of(request).plays.submit(command)
        (REPLAYS.labels("PLAY") if done.is_replay else PLAYS.labels(game.code)).inc()
        return json_answer(done)

    router.add_api_route(
        f"/{game.code}/play",
        play,
        methods=["POST"],
        operation_id=f"play_{game.code}",
        summary=f"Play {game.code}",
        response_model=None,
        responses=answers(
            PlayAnswer, "NOT_ENOUGH_TOKENS", "USER_BLOCKED", "NO_FEATURE_TODAY", "IDEMPOTENCY_IN_PROGRESS", "BUSY"
        ),
        openapi_extra=keyed(body_of(PlayBody), required=True),
    )


def _add_reads(game: Game) -> None:
    async def status(request: Request) -> Response:
        """Tickets, plays left today, prizes."""
        who = await caller(request)
        query = GameQuery(**who.command_fields, game=game)
        return json_answer(unwrap((await game_status(container_of(request).house, query))[0]))

    async def odds(request: Request) -> dict[str, object]:
        """Public: each prize's exact probability now, with version and history."""
        return await game_odds(container_of(request).house, game)

    router.add_api_route(
        f"/{game.code}/status",
        status,
        operation_id=f"{game.code}_status",
        summary=f"Status of {game.code}",
        response_model=None,
        responses=answers(GameStatus, "AUTH_REQUIRED", "USER_BLOCKED", "NO_FEATURE_TODAY"),
        openapi_extra=keyed({}, required=None),
    )
    router.add_api_route(
        f"/{game.code}/odds",
        odds,
        operation_id=f"{game.code}_odds",
        summary=f"Odds of {game.code}",
        response_model=Odds,
        response_model_exclude_none=True,
        responses=problems("GAME_MISCONFIGURED"),
    )


for _game in GAMES.values():
    _add_play(_game)
    _add_reads(_game)
