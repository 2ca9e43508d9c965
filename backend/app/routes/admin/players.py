"""Players: find, understand, block, sign out."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import StringConstraints

from app.core.errors import invalid
from app.flows.admin_reads import of_player, player_detail
from app.flows.block_player import block_player, sign_out_player
from app.flows.merge_players import Merge, merge_players
from app.flows.rename_player import rename_player
from app.routes.admin.common import READ, READERS, Admin, After, Helper, Id, Limit, TokenType, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.players import (
    AdminMerge,
    AdminRename,
    PlayerDetail,
    PlayerEvent,
    PlayerLedgerLine,
    PlayerReward,
    PlayerRow,
    WhyOnly,
)
from app.schemas.players import PlayersMerged, Renamed
from app.utils.pagination import page

router = admin_router("/players", tag="admin: players")
Search = Annotated[
    Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None,
    Query(description="An id, or the start of an external id or a nickname, as it is written."),
]
FOUND = problems("SCOPE_REQUIRED", "USER_NOT_FOUND")
EDIT = FOUND | problems("VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_players",
    response_model=Listed[PlayerRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def players(request: Request, query: Search = None, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Players by id, external id or nickname, oldest first."""
    house = container_of(request).house
    return page(await house.read(lambda keepers: keepers.player.search(query, after=after, limit=limit)), limit)


@router.get(
    "/{user_id}",
    operation_id="admin_player",
    response_model=PlayerDetail,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def player(request: Request, response: Response, user_id: Id) -> dict[str, Any]:
    """One player's facts, wallets and progress, with the ETag that a change must name."""
    row = await player_detail(container_of(request).house, user_id)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.get(
    "/{user_id}/timeline",
    operation_id="admin_player_timeline",
    response_model=Listed[PlayerEvent],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def timeline(request: Request, user_id: Id, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Everything that happened to the player, newest first."""
    house = container_of(request).house
    rows = await of_player(
        house, user_id, lambda keepers: keepers.event_log.of_player(user_id, after=after, limit=limit)
    )
    return page(rows, limit)


@router.get(
    "/{user_id}/ledger",
    operation_id="admin_player_ledger",
    response_model=Listed[PlayerLedgerLine],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def ledger(
    request: Request, user_id: Id, token_type: TokenType = None, after: After = None, limit: Limit = 20
) -> dict[str, Any]:
    """Every movement of the player's wallets, newest first."""
    house = container_of(request).house
    rows = await of_player(
        house, user_id, lambda keepers: keepers.wallet.ledger(user_id, token_type=token_type, after=after, limit=limit)
    )
    return page(rows, limit)


@router.get(
    "/{user_id}/rewards",
    operation_id="admin_player_rewards",
    response_model=Listed[PlayerReward],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def rewards(request: Request, user_id: Id, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every reward of the player and where it stands, newest first."""
    house = container_of(request).house
    rows = await of_player(
        house, user_id, lambda keepers: keepers.reward.of_player([user_id], after=after, limit=limit)
    )
    return page([row | {"reward_amount": row["amount"]} for row in rows], limit)


@router.post(
    "/{user_id}/block",
    operation_id="admin_block_player",
    response_model=PlayerRow,
    openapi_extra=write(WhyOnly, if_match=True),
    responses=EDIT,
)
async def block(request: Request, response: Response, who: Admin, user_id: Id) -> dict[str, Any]:
    """Refuses everything the player does from now on; what they own is kept."""
    return await _block(request, response, who, user_id, is_blocked=True)


@router.post(
    "/{user_id}/unblock",
    operation_id="admin_unblock_player",
    response_model=PlayerRow,
    openapi_extra=write(WhyOnly, if_match=True),
    responses=EDIT,
)
async def unblock(request: Request, response: Response, who: Admin, user_id: Id) -> dict[str, Any]:
    """Lets the player in again."""
    return await _block(request, response, who, user_id, is_blocked=False)


@router.post(
    "/{user_id}/sign-out",
    operation_id="admin_sign_out_player",
    response_model=PlayerRow,
    openapi_extra=write(WhyOnly),
    responses=FOUND | problems("VALIDATION_ERROR"),
)
async def sign_out(request: Request, response: Response, who: Admin, user_id: Id) -> dict[str, Any]:
    """Ends every sign-in of the player on every device; they may sign in again."""
    body = parse_body(WhyOnly, await request.body())
    container = container_of(request)
    act = admin_act(who, body.reason)
    row = await sign_out_player(container.house, act, user_id, tokens_now=container.keys.now())
    response.headers["ETag"] = etag(row["version"])
    return row


@router.post(
    "/{user_id}/rename",
    operation_id="admin_rename_player",
    response_model=Renamed,
    openapi_extra=write(AdminRename),
    responses=FOUND | problems("VALIDATION_ERROR", "EXTERNAL_ID_TAKEN", "PLAYER_MERGED", "PLAYER_ERASED"),
)
async def rename(request: Request, who: Helper, user_id: Id) -> dict[str, Any]:
    """Gives the player another id, as their host would. Support may, too."""
    body = parse_body(AdminRename, await request.body())
    container, act = container_of(request), admin_act(who, body.reason)
    return await rename_player(
        container.house,
        act,
        user_id,
        body.new_external_id,
        keeps_old=body.keep_old_id,
        tokens_now=container.keys.now(),
    )


@router.post(
    "/{user_id}/merge",
    operation_id="admin_merge_players",
    response_model=PlayersMerged,
    openapi_extra=write(AdminMerge),
    responses=FOUND
    | problems("VALIDATION_ERROR", "USER_BLOCKED", "PLAYERS_APART", "PLAYER_MERGED", "PLAYER_ERASED", "MERGE_NOT_NOW"),
)
async def merge(request: Request, who: Helper, user_id: Id) -> dict[str, Any]:
    """Makes this account part of another player's. It can't be undone: look at a preview first. Support may, too."""
    body = parse_body(AdminMerge, await request.body())
    container, act = container_of(request), admin_act(who, body.reason)
    if user_id == body.into_user_id:
        raise invalid(("into_user_id", "another player"))
    wanted = Merge(user_id, body.into_user_id, container.keys.now(), body.preview)
    return await merge_players(container.house, act, wanted)


async def _block(request: Request, response: Response, who: Admin, user_id: int, *, is_blocked: bool) -> dict[str, Any]:
    body = parse_body(WhyOnly, await request.body())
    act, version = admin_act(who, body.reason), expected_version(request)
    house = container_of(request).house
    row = await block_player(house, act, user_id, is_blocked=is_blocked, expected_version=version)
    response.headers["ETag"] = etag(row["version"])
    return row
