"""A3, leaderboards: how a window stands or ended, what its ranks were paid, players taken off."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request, Response

from app.core.auth import ADMIN
from app.core.time_utils import kst_date
from app.domain.board_config import BoardConfig
from app.flows.config_warnings import config_warnings
from app.flows.save_leaderboard import (
    board_document,
    create_leaderboard,
    find_leaderboard,
    leaderboard_marks,
    mark_player,
    replace_leaderboard,
    switch_leaderboard,
)
from app.flows.standings import leaderboard_standing
from app.flows.steps.check_references import ConfigDocument
from app.pages.console.csv_files import Exported, csv_file
from app.pages.console.document_editor import DocumentCode, Kind, editor
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Reason
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.leaderboards import EXAMPLE
from app.services import House
from app.services.audit_service import AdminAct
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/leaderboards"
WINDOW = r"^[A-Z0-9-]{1,20}$"
MARKS = {"BANNED": "BANNED", "HIDDEN": "HIDDEN", "": None}
Row = dict[str, Any]


async def _stored(house: House, code: str) -> tuple[Row, int]:
    row = await find_leaderboard(house, code)
    return row["config"], row["version"]


async def _create(house: House, act: AdminAct, config: BoardConfig) -> Row:
    return await create_leaderboard(house, act, config, is_active=False)


async def _replace(house: House, act: AdminAct, code: str, config: BoardConfig, version: int) -> Row:
    return await replace_leaderboard(house, act, code, config, is_active=None, expected_version=version)


def _names(config: BoardConfig) -> ConfigDocument:
    return board_document(config.view())


editing = editor(Kind(PLACE, BoardConfig, EXAMPLE, _stored, _create, _replace, _names, switch_leaderboard))


@router.get("/console/leaderboards")
async def boards(request: Request, after: After = None) -> Response:
    """Every board, newest first."""
    who = await operator(request)
    container = container_of(request)
    rows = await container.house.read(lambda keepers: keepers.leaderboard.page(after=after, limit=LINES))
    today = kst_date(container.clock.now()).isoformat()
    return show(request, "leaderboards.html", who=who, found=page(rows, LINES), today=today, after=after)


@router.get("/console/leaderboards/{code}")
async def board(
    request: Request, code: DocumentCode, window: Annotated[str | None, Query(pattern=WINDOW)] = None
) -> Response:
    """One board: the first ranks of a window, how each window ended, who is marked."""
    request.state.back = PLACE
    who = await operator(request)
    container = container_of(request)
    standing = await leaderboard_standing(container.house, code, window, limit=LINES)
    return show(
        request,
        "leaderboard.html",
        who=who,
        standing=standing,
        warnings=await config_warnings(container.house, board_document(standing.board["config"])),
        marks=await leaderboard_marks(container.house, code),
        today=kst_date(container.clock.now()).isoformat(),
    )


@router.get("/console/leaderboards/{code}/{window}.csv")
async def as_csv(
    request: Request, code: DocumentCode, window: Annotated[str, Path(pattern=WINDOW)], asked: Exported
) -> Response:
    """The ranks of a window that ended, as a file."""
    request.state.back = f"{PLACE}/{code}"
    await operator(request)
    await find_leaderboard(container_of(request).house, code)
    return await csv_file(request, "ranks", asked.wanted(board=code, window=window), f"{code}-{window}", asked)


@router.post("/console/leaderboards/{code}/marks")
async def mark(
    request: Request,
    code: DocumentCode,
    *,
    user_id: Annotated[int, Form(ge=1, le=2**63 - 1)],
    mark: Annotated[Literal["BANNED", "HIDDEN", ""], Form()] = "",
    reason: Reason,
) -> Response:
    """Bans a player from the board, hides their name, or takes either back."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    await mark_player(container_of(request).house, who.act(reason), code, user_id, MARKS[mark])
    return done(request, back)
