"""One set of routes per registered game: status, play, odds."""

from fastapi import Request, Response

from app.core.errors import AppError, Kind
from app.core.metrics import PLAYS, REPLAYS
from app.domain.game import Game
from app.flows.game_status import GameQuery, game_odds, game_status
from app.flows.play import PlayCommand
from app.flows.steps.commands import PlayerCommand, unwrap
from app.flows.ui_text import ui_text
from app.games import GAMES
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import caller, container_of, required_idempotency_key
from app.routes.doors import api_router
from app.routes.openapi import answers, body_of, keyed, problems
from app.schemas.games import Odds, game_status_of, play_answer_of

router = api_router(tag="games")
TICKET_ZERO = "ticket_zero"


def operation_name(game: Game) -> str:
    """How operation ids name a game."""
    return game.code.replace("-", "_")


def _add_play(game: Game) -> None:
    async def play(request: Request) -> Response:
        """Plays once: takes one ticket, draws, pays. The same Idempotency-Key gets the same answer later."""
        who = await caller(request)
        raw = await request.body()
        choice = parse_body(game.choice, raw).model_dump() or None
        key = required_idempotency_key(request, raw)
        command = PlayCommand(**who.command_fields, idempotency=key, game=game, choice=choice)
        try:
            done = await container_of(request).plays.submit(command)
        except AppError as refusal:
            if refusal.code == "NOT_ENOUGH_TOKENS":  # what the page tells a player without tickets comes along
                refusal.facts[TICKET_ZERO] = (await ui_text(container_of(request).house, TICKET_ZERO))["value"]
            raise
        (REPLAYS.labels("PLAY") if done.is_replay else PLAYS.labels(game.code)).inc()
        return json_answer(done)

    router.add_api_route(
        f"/{game.code}/play",
        play,
        methods=["POST"],
        operation_id=f"play_{operation_name(game)}",
        summary=f"Play {game.code}",
        response_model=None,
        responses=answers(
            play_answer_of(game),
            *("NOT_ENOUGH_TOKENS", "DAILY_LIMIT_REACHED", "USER_BLOCKED", "NO_FEATURE_TODAY", *game.refusals),
            *("IDEMPOTENCY_IN_PROGRESS", "COOLDOWN_ACTIVE", "BUSY"),
        ),
        openapi_extra=keyed(body_of(game.choice), required=True),
    )


def _add_reads(game: Game) -> None:
    async def status(request: Request) -> Response:
        """Tickets, plays left today, prizes."""
        who = await caller(request)
        query = GameQuery(**who.command_fields, game=game)
        return json_answer(unwrap((await game_status(container_of(request).house, query))[0]))

    async def odds(request: Request) -> dict[str, object]:
        """Public: each prize's exact probability now, version and history. A player's token adds their own odds."""
        return await game_odds(container_of(request).house, game, await _query_if_player(request))

    router.add_api_route(
        f"/{game.code}/status",
        status,
        operation_id=f"{operation_name(game)}_status",
        summary=f"Status of {game.code}",
        response_model=None,
        responses=answers(game_status_of(game), "AUTH_REQUIRED", "USER_BLOCKED", "NO_FEATURE_TODAY"),
        openapi_extra=keyed({}, required=None),
    )
    router.add_api_route(
        f"/{game.code}/odds",
        odds,
        operation_id=f"{operation_name(game)}_odds",
        summary=f"Odds of {game.code}",
        response_model=Odds,
        response_model_exclude_none=True,
        responses=problems("NO_FEATURE_TODAY", "GAME_MISCONFIGURED"),
    )


async def _query_if_player(request: Request) -> PlayerCommand | None:
    """The player behind a good token. Whoever brings none, or another one, reads the public page like anybody."""
    if "authorization" not in request.headers:
        return None
    try:
        return PlayerCommand(**(await caller(request)).command_fields)
    except AppError as refusal:
        if refusal.meaning.kind in {Kind.UNAUTHENTICATED, Kind.FORBIDDEN}:
            return None
        raise


for _game in GAMES.values():
    _add_play(_game)
    _add_reads(_game)
