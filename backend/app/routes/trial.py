"""Trial tickets for players who have none left."""

from fastapi import Request, Response

from app.core.errors import invalid
from app.flows.steps.commands import unwrap
from app.flows.trial_grant import TrialCommand, trial_grant
from app.games import GAMES_BY_TOKEN
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import caller, container_of, idempotency_key
from app.routes.doors import api_router
from app.routes.openapi import answers, body_of, keyed
from app.schemas.games import TrialAnswer, TrialBody

router = api_router(tag="games")


@router.post(
    "/trial-grant",
    operation_id="trial_grant",
    response_model=None,
    responses=answers(TrialAnswer, "AUTH_REQUIRED", "USER_BLOCKED", "NO_FEATURE_TODAY", "VALIDATION_ERROR"),
    openapi_extra=keyed(body_of(TrialBody), required=False),
)
async def trial(request: Request) -> Response:
    """One free ticket at balance 0, as often as the game's config allows per KST day and ISO week."""
    who = await caller(request)
    raw = await request.body()
    body = parse_body(TrialBody, raw)
    game = GAMES_BY_TOKEN.get(body.token_type)
    if game is None:
        raise invalid(("token_type", "no game takes such tickets"))
    command = TrialCommand(**who.command_fields, idempotency=idempotency_key(request, raw), game=game)
    return json_answer(unwrap(await trial_grant(container_of(request).house, command)))
