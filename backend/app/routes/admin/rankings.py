"""Daily rankings: uploaded whole, from JSON or CSV."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from app.domain import config_fields
from app.domain.ranking import read_entries
from app.flows.upload_ranking import find_ranking, upload_ranking
from app.routes.admin.common import READ, READERS, Admin, Limit, write
from app.routes.bodies import parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version
from app.routes.doors import admin_router
from app.routes.openapi import Responses, problems
from app.schemas.admin.rankings import RankingBody, RankingDays, RankingView
from app.schemas.csv_stream import ExportQuery, csv_export
from app.schemas.uploads import rows_of
from app.utils.pagination import page

router = admin_router("/rankings", tag="admin: rankings")
Day = Annotated[config_fields.Day, Path(description="a KST day")]
CREATED: Responses = {201: {"model": RankingView}}


@router.get(
    "",
    operation_id="admin_list_rankings",
    response_model=RankingDays,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def days(
    request: Request,
    before: Annotated[config_fields.Day | None, Query(description="`next` of the page before")] = None,
    limit: Limit = 20,
) -> dict[str, Any]:
    """The days that have a ranking, the newest first."""
    rows = await container_of(request).house.read(lambda keepers: keepers.ranking.page(before=before, limit=limit))
    return page(rows, limit, key="rank_date")


@router.get(
    "/{day}",
    operation_id="admin_ranking",
    response_model=RankingView,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "NOT_FOUND"),
)
async def one(request: Request, response: Response, day: Day) -> dict[str, Any]:
    """A day's ranking, with the ETag that a change must name."""
    row = await find_ranking(container_of(request).house, day)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.get(
    "/{day}/csv",
    operation_id="admin_ranking_csv",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED", "NOT_FOUND"),
)
async def export(request: Request, day: Day, asked: Annotated[ExportQuery, Query()]) -> Response:
    """The whole day as a CSV file. It can be uploaded again as it is."""
    house = container_of(request).house
    await find_ranking(house, day)
    name, wanted = f"ranking-{day.isoformat()}", asked.wanted(day=day.isoformat())
    return await csv_export(request, house, "ranking", wanted, name=name, bom=asked.bom)


@router.put(
    "/{day}",
    operation_id="admin_upload_ranking",
    response_model=RankingView,
    openapi_extra=write(RankingBody, if_match=False),
    responses=CREATED
    | problems("SCOPE_REQUIRED", "RANKING_CONFLICT", "VERSION_CONFLICT", "PRECONDITION_REQUIRED", "VALIDATION_ERROR"),
)
async def upload(request: Request, response: Response, who: Admin, day: Day) -> dict[str, Any]:
    """Replaces a whole day. A day without a ranking needs no If-Match (201); one that has one does."""
    body = parse_body(RankingBody, await request.body())
    is_blind = "if-match" not in request.headers
    row, is_new = await upload_ranking(
        container_of(request).house,
        admin_act(who, body.reason),
        day,
        read_entries(rows_of(body.csv)) if body.csv is not None else body.entries or (),
        host=body.host,
        expected_version=None if is_blind else expected_version(request),
        is_blind=is_blind,
    )
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(row["version"])
    return row
