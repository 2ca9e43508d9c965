"""Coupon pools: make, fill from CSV or at random, look inside, export."""

from typing import Any

from fastapi import Request, Response

from app.core.time_utils import kst_text
from app.domain.codes import read_codes
from app.domain.config_fields import Code
from app.flows.coupons import add_pool, find_pool, generate_codes, pool_codes, rename_pool, upload_codes
from app.routes.admin.common import READ, READERS, Admin, After, Limit, write
from app.routes.admin.csv_files import CSV_ANSWER, ExportLimit, csv_answer
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.coupons import CodeRow, CodesAdded, CodesMake, CodesUpload, PoolList, PoolName, PoolNew, PoolRow
from app.utils.pagination import page

router = admin_router("/coupons/pools", tag="admin: coupons")
REFUSALS = problems("SCOPE_REQUIRED", "POOL_NOT_FOUND", "VALIDATION_ERROR")
CSV_COLUMNS = ("code", "expires_at", "user_id", "operation_id", "assigned_at", "voided_at")


@router.get(
    "",
    operation_id="admin_list_coupon_pools",
    response_model=PoolList,
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def pools(request: Request) -> dict[str, Any]:
    """Every pool with how many codes are left."""
    house = container_of(request).house
    now = house.clock.now()
    return {"items": await house.read(lambda keepers: keepers.coupon.pools(now)), "server_time": kst_text(now)}


@router.post(
    "",
    operation_id="admin_add_coupon_pool",
    status_code=201,
    response_model=PoolRow,
    openapi_extra=write(PoolNew),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def add(request: Request, who: Admin) -> dict[str, Any]:
    """A new, empty pool."""
    body = parse_body(PoolNew, await request.body())
    return await add_pool(container_of(request).house, admin_act(who, body.reason), body.code, body.name)


@router.get(
    "/{code}",
    operation_id="admin_coupon_pool",
    response_model=PoolRow,
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def one(request: Request, response: Response, code: Code) -> dict[str, Any]:
    """One pool."""
    row = await find_pool(container_of(request).house, code)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.put(
    "/{code}",
    operation_id="admin_rename_coupon_pool",
    response_model=PoolRow,
    openapi_extra=write(PoolName, if_match=True),
    responses=REFUSALS | problems("POOL_NOT_FOUND", "VERSION_CONFLICT", "PRECONDITION_REQUIRED"),
)
async def rename(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Another name for the pool."""
    body = parse_body(PoolName, await request.body())
    act, version = admin_act(who, body.reason), expected_version(request)
    row = await rename_pool(container_of(request).house, act, code, body.name, expected_version=version)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.post(
    "/{code}/upload",
    operation_id="admin_upload_coupon_codes",
    response_model=CodesAdded,
    openapi_extra=write(CodesUpload, is_keyed=True),
    responses=REFUSALS,
)
async def upload(request: Request, who: Admin, code: Code) -> Response:
    """Adds codes from CSV. Codes that the pool knows are left out: sending a file twice does no harm."""
    raw = await request.body()
    body = parse_body(CodesUpload, raw)
    act = keyed_act(request, who, body.reason, raw, CodesAdded)
    return json_answer(await upload_codes(container_of(request).house, act, code, read_codes(body.csv)))


@router.post(
    "/{code}/generate",
    operation_id="admin_generate_coupon_codes",
    response_model=CodesAdded,
    openapi_extra=write(CodesMake, is_keyed=True),
    responses=REFUSALS,
)
async def generate(request: Request, who: Admin, code: Code) -> Response:
    """Adds random codes that nobody can guess."""
    raw = await request.body()
    body = parse_body(CodesMake, raw)
    act = keyed_act(request, who, body.reason, raw, CodesAdded)
    return json_answer(await generate_codes(container_of(request).house, act, code, body.count, prefix=body.prefix))


@router.get(
    "/{code}/codes",
    operation_id="admin_list_coupon_codes",
    response_model=Listed[CodeRow],
    openapi_extra=READ,
    responses=REFUSALS,
)
async def codes(request: Request, _who: Admin, code: Code, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The codes of a pool in the order they are given. Admins only: a free code is as good as money."""
    return page(await pool_codes(container_of(request).house, code, after=after, limit=limit), limit)


@router.get(
    "/{code}/codes.csv",
    operation_id="admin_export_coupon_codes",
    response_class=Response,
    openapi_extra=READ,
    responses=CSV_ANSWER | REFUSALS,
)
async def export(
    request: Request, _who: Admin, code: Code, after: After = None, limit: ExportLimit = 10_000
) -> Response:
    """The same as CSV; the header `X-Next` says where to go on, if there is more."""
    rows = await pool_codes(container_of(request).house, code, after=after, limit=limit)
    return csv_answer(CSV_COLUMNS, rows, limit)
