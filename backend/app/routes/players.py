"""The host's accounts: it gives a player another id, or says that two of its players are one."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request

from app.core.auth import Principal
from app.core.names import MAX_EXTERNAL_ID
from app.flows.merge_players import Merge, merge_players, players_meant
from app.flows.rename_player import rename_player, renamed_player
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, require_host
from app.routes.doors import api_router
from app.routes.openapi import API_KEY, BEARER, body_of, problems
from app.schemas.players import MergeBody, PlayersMerged, RenameBody, Renamed

router = api_router("/players", tag="host")
Host = Annotated[Principal, Depends(require_host)]
# a path: a name may hold slashes, and they come decoded
ExternalId = Annotated[str, Path(min_length=1, max_length=MAX_EXTERNAL_ID)]
BY_HOST: list[dict[str, list[str]]] = [{API_KEY: []}, {BEARER: []}]
REFUSED = problems("AUTH_REQUIRED", "SCOPE_REQUIRED", "USER_NOT_FOUND", "VALIDATION_ERROR", "PLAYER_ERASED",
                   "PLAYER_MERGED")  # fmt: skip
ASKED = "the host asked for it"


@router.post(
    "/{external_id:path}/rename",
    operation_id="rename_player",
    response_model=Renamed,
    responses=REFUSED | problems("EXTERNAL_ID_TAKEN", "EXTERNAL_ID_MOVED"),
    openapi_extra=body_of(RenameBody) | {"security": BY_HOST},
)
async def rename(request: Request, who: Host, external_id: ExternalId) -> dict[str, Any]:
    """Gives a player another id. Everything stays theirs; sending it again changes nothing."""
    body = parse_body(RenameBody, await request.body())
    container = container_of(request)
    user_id = await renamed_player(container.house, who.host_code, external_id, body.new_external_id)
    return await rename_player(
        container.house,
        admin_act(who, ASKED),
        user_id,
        body.new_external_id,
        keeps_old=body.keep_old_id,
        tokens_now=container.keys.now(),
    )


@router.post(
    "/{external_id:path}/merge",
    operation_id="merge_players",
    response_model=PlayersMerged,
    responses=REFUSED | problems("USER_BLOCKED", "MERGE_NOT_NOW", "BUSY"),
    openapi_extra=body_of(MergeBody) | {"security": BY_HOST},
)
async def merge(request: Request, who: Host, external_id: ExternalId) -> dict[str, Any]:
    """Makes the account part of another player's. What both had is the other's; sending it again changes nothing."""
    body = parse_body(MergeBody, await request.body())
    container = container_of(request)
    source_id, target_id = await players_meant(container.house, who.host_code, external_id, body.into)
    merge = Merge(source_id, target_id, container.keys.now(), body.preview)
    return await merge_players(container.house, admin_act(who, ASKED), merge)
