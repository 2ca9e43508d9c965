"""A3, rankings of a day: uploaded whole from a file, looked at, taken out as a file, replaced."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import TypeAdapter, ValidationError

from app.core.auth import ADMIN
from app.core.errors import AppError, invalid
from app.core.numbers import whole_number
from app.core.time_utils import kst_date
from app.domain import config_fields
from app.domain.ranking import read_entries
from app.flows.upload_ranking import find_ranking, upload_ranking
from app.pages.console.code_drafts import Draft, draft_of
from app.pages.console.csv_files import Exported, csv_file
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.session import container_of
from app.schemas.uploads import Upload, read_upload
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/rankings"
DAY = TypeAdapter(config_fields.Day)
Day = Annotated[config_fields.Day, Path()]
Before = Annotated[config_fields.Day | None, Query()]


@router.get(PLACE)
async def days(request: Request, before: Before = None) -> Response:
    """The days that have a ranking, and the form for another."""
    return await _page(request, await operator(request), before=before)


@router.post(f"{PLACE}/upload")
async def upload(request: Request) -> Response:
    """Takes a whole day from a file or a text. A day that has one is replaced from its own page, which knows it."""
    request.state.back = PLACE
    who = await operator(request, ADMIN)
    container = container_of(request)
    brought = await read_upload(request, max_bytes=container.settings.max_upload_bytes)
    try:
        day = await _take(request, who, brought)
    except AppError as refusal:
        if refusal.code == "PRECONDITION_REQUIRED":
            refusal = invalid(("day", "has a ranking already: open the day to replace it"))
        draft, day_or_none = draft_of(request, refusal, brought), _typed_day(brought)
        if "version" in brought.fields and day_or_none is not None:  # to be replaced, as its own page said
            return await _day(request, who, day_or_none, draft)
        return await _page(request, who, draft=draft, typed=brought.fields)
    return done(request, f"{PLACE}/{day}", "SAVED")


@router.get(f"{PLACE}/{{day}}")
async def one(request: Request, day: Day) -> Response:
    """One day with all its ranks."""
    request.state.back = PLACE
    return await _day(request, await operator(request), day)


@router.get(f"{PLACE}/{{day}}/ranking.csv")
async def as_csv(request: Request, day: Day, asked: Exported) -> Response:
    """The day as a file, which can be uploaded again as it is."""
    request.state.back = f"{PLACE}/{day}"
    await operator(request)
    await find_ranking(container_of(request).house, day)
    return await csv_file(request, "ranking", asked.wanted(day=day.isoformat()), f"ranking-{day}", asked)


async def _take(request: Request, who: Operator, brought: Upload) -> date:
    day = _typed_day(brought)
    if day is None:
        raise invalid(("day", "YYYY-MM-DD"))
    version = whole_number(brought.fields.get("version", ""), most_digits=9)
    await upload_ranking(
        container_of(request).house,
        who.act(brought.reason),
        day,
        await brought.read(read_entries),
        host=brought.fields.get("host", ""),
        expected_version=version,
        is_blind=version is None,
    )
    return day


def _typed_day(brought: Upload) -> date | None:
    try:
        return DAY.validate_python(brought.fields.get("day", ""))
    except ValidationError:
        return None


async def _day(request: Request, who: Operator, day: date, draft: Draft | None = None) -> Response:
    ranking, hosts = await find_ranking(container_of(request).house, day), await _hosts(request)
    status = 422 if draft else 200
    return show(request, "ranking.html", who=who, http_status=status, ranking=ranking, hosts=hosts, draft=draft)


async def _hosts(request: Request) -> list[str]:
    hosts = await container_of(request).house.read(lambda keepers: keepers.identity.hosts())
    return [host["code"] for host in hosts]


async def _page(
    request: Request,
    who: Operator,
    *,
    before: date | None = None,
    draft: Draft | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    container = container_of(request)
    rows = await container.house.read(lambda keepers: keepers.ranking.page(before=before, limit=LINES))
    return show(
        request,
        "rankings.html",
        who=who,
        http_status=422 if draft else 200,
        found=page(rows, LINES, key="rank_date"),
        before=before,
        hosts=await _hosts(request),
        day=(typed or {}).get("day") or kst_date(container.clock.now()).isoformat(),
        host=(typed or {}).get("host"),
        draft=draft,
    )
