"""Leaderboards: set, put in force, retired; how windows ended; players taken off."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from app.domain.board_config import BoardCode
from app.flows.adjust_wallet import find_player
from app.flows.save_leaderboard import (
    create_leaderboard,
    find_leaderboard,
    leaderboard_marks,
    leaderboard_results,
    leaderboard_windows,
    mark_player,
    replace_leaderboard,
    switch_leaderboard,
)
from app.routes.admin.common import READ, READERS, Admin, After, Limit, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed, StopBody
from app.schemas.admin.leaderboards import (
    LeaderboardBody,
    LeaderboardView,
    Mark,
    MarkBody,
    MarkList,
    ResultRow,
    WindowList,
)
from app.schemas.csv_stream import ExportQuery, csv_export
from app.utils.pagination import page

router = admin_router("/leaderboards", tag="admin: rankings")
Code = Annotated[BoardCode, Path()]
WINDOW = r"^[A-Z0-9-]{1,20}$"
Window = Annotated[str, Path(pattern=WINDOW)]
AfterWindow = Annotated[str | None, Query(pattern=WINDOW, description="`next` of the page before")]
FOUND = problems("SCOPE_REQUIRED", "LEADERBOARD_NOT_FOUND")
EDIT = FOUND | problems("LEADERBOARD_NOT_FOUND", "VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_leaderboards",
    response_model=Listed[LeaderboardView],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def boards(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every board as it stands, newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.leaderboard.page(after=after, limit=limit))
    return page(rows, limit)


@router.post(
    "",
    operation_id="admin_create_leaderboard",
    status_code=201,
    response_model=LeaderboardView,
    openapi_extra=write(LeaderboardBody),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def create(request: Request, response: Response, who: Admin) -> dict[str, Any]:
    """A new board, as a draft unless it says `is_active`."""
    body = parse_body(LeaderboardBody, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    return _view(response, await create_leaderboard(house, act, body, is_active=bool(body.is_active)))


@router.get(
    "/{code}",
    operation_id="admin_leaderboard",
    response_model=LeaderboardView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def board(request: Request, response: Response, code: Code) -> dict[str, Any]:
    """One board, with the ETag that a change must name."""
    return _view(response, await find_leaderboard(container_of(request).house, code))


@router.put(
    "/{code}",
    operation_id="admin_replace_leaderboard",
    response_model=LeaderboardView,
    openapi_extra=write(LeaderboardBody, if_match=True),
    responses=EDIT,
)
async def replace(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Replaces the whole board. Windows that are closed stay as they were."""
    body = parse_body(LeaderboardBody, await request.body())
    house, act, version = (
        container_of(request).house,
        admin_act(who, body.reason, body.players_who_lose),
        expected_version(request),
    )
    row = await replace_leaderboard(house, act, code, body, is_active=body.is_active, expected_version=version)
    return _view(response, row)


@router.post(
    "/{code}/activate",
    operation_id="admin_activate_leaderboard",
    response_model=LeaderboardView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT,
)
async def activate(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Puts a board in force: what is done after this answer is scored."""
    return await _switch(request, response, who, code, is_active=True)


@router.post(
    "/{code}/retire",
    operation_id="admin_retire_leaderboard",
    response_model=LeaderboardView,
    openapi_extra=write(StopBody, if_match=True),
    responses=EDIT,
)
async def retire(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Ends the scoring. Windows that hold scores are still closed and paid."""
    return await _switch(request, response, who, code, is_active=False)


@router.get(
    "/{code}/marks",
    operation_id="admin_list_leaderboard_marks",
    response_model=MarkList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def marks(request: Request, code: Code) -> dict[str, Any]:
    """Every player who is banned from the board, or hidden."""
    return {"items": await leaderboard_marks(container_of(request).house, code)}


@router.post(
    "/{code}/marks",
    operation_id="admin_mark_on_leaderboard",
    response_model=Mark,
    openapi_extra=write(MarkBody),
    responses=FOUND | problems("LEADERBOARD_NOT_FOUND", "USER_NOT_FOUND", "VALIDATION_ERROR"),
)
async def mark(request: Request, who: Admin, code: Code) -> dict[str, Any]:
    """Bans a player from the board, hides their name, or takes either back. Closed windows stay as they were."""
    body = parse_body(MarkBody, await request.body())
    house, act = container_of(request).house, admin_act(who, body.reason)
    user_id = body.user_id or await find_player(house, body.host, str(body.external_id))
    return await mark_player(house, act, code, user_id, body.mark)


@router.get(
    "/{code}/windows",
    operation_id="admin_list_leaderboard_windows",
    response_model=WindowList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def windows(request: Request, code: Code, after: AfterWindow = None, limit: Limit = 20) -> dict[str, Any]:
    """How windows ended, the newest first."""
    rows = await leaderboard_windows(container_of(request).house, code, after=after, limit=limit)
    return page(rows, limit, key="window_key")


@router.get(
    "/{code}/windows/{window}/results",
    operation_id="admin_leaderboard_results",
    response_model=Listed[ResultRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def results(
    request: Request, code: Code, window: Window, after: After = None, limit: Limit = 20
) -> dict[str, Any]:
    """The ranks of a closed window, and what became of each."""
    rows = await leaderboard_results(container_of(request).house, code, window, after=after or 0, limit=limit)
    return page(rows, limit, key="rank_no")


@router.get(
    "/{code}/windows/{window}/results.csv",
    operation_id="admin_leaderboard_results_csv",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=FOUND,
)
async def results_csv(request: Request, code: Code, window: Window, asked: Annotated[ExportQuery, Query()]) -> Response:
    """Every rank of a closed window as a CSV file."""
    house = container_of(request).house
    await find_leaderboard(house, code)
    wanted = asked.wanted(board=code, window=window)
    return await csv_export(request, house, "ranks", wanted, name=f"{code}-{window}", bom=asked.bom)


async def _switch(request: Request, response: Response, who: Admin, code: str, *, is_active: bool) -> dict[str, Any]:
    body = parse_body(StopBody, await request.body())
    house, act, version = (
        container_of(request).house,
        admin_act(who, body.reason, body.players_who_lose),
        expected_version(request),
    )
    return _view(response, await switch_leaderboard(house, act, code, is_active=is_active, expected_version=version))


def _view(response: Response, row: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = etag(row["version"])
    return row
