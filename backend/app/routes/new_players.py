"""`POST /api/players`: a host's server makes players before they come."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import TypeAdapter, ValidationError

from app.core.auth import Principal
from app.core.errors import told_first
from app.domain.config_fields import field_problems
from app.flows.make_players import MOST_AT_ONCE, NewPlayer, make_players
from app.routes.bodies import json_answer, read_items
from app.routes.deps import container_of, require_host
from app.routes.doors import api_router
from app.routes.openapi import API_KEY, BEARER, answers
from app.schemas.new_players import PlayerNew, PlayersMade, PlayersNew

router = api_router(tag="host")
LONGEST_NAME = 200  # of a rejected one, as it is given back


@router.post(
    "/players",
    operation_id="make_players",
    response_model=None,
    responses=answers(PlayersMade, "AUTH_REQUIRED", "SCOPE_REQUIRED", "BODY_TOO_LARGE", "VALIDATION_ERROR", "BUSY"),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": TypeAdapter(PlayerNew | PlayersNew).json_schema(
                        ref_template="#/components/schemas/{model}"
                    )
                }
            },
        },
        "security": [{API_KEY: []}, {BEARER: []}],
    },
)
async def players(request: Request, who: Annotated[Principal, Depends(require_host)]) -> Response:
    """One player, or up to 1,000. Each is made once by the external id; sending them again makes nobody twice."""
    container = container_of(request)
    host = await container.authenticator.host(who.host_code)
    documents = read_items(await request.body(), "players", MOST_AT_ONCE)
    made = await make_players(container.house, host.id, [_player(document) for document in documents])
    return json_answer(made)


def _player(document: Any) -> NewPlayer:
    try:
        player = PlayerNew.model_validate(document)
    except ValidationError as error:
        name = document.get("external_id") if isinstance(document, dict) else None
        seen = name if isinstance(name, str) and len(name) <= LONGEST_NAME else None
        return NewPlayer(seen, problems=told_first(field_problems(error)))
    return NewPlayer(player.external_id, player.nickname)
