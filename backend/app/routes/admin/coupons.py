"""Coupon pools: make, fill from CSV or at random, look inside, export."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.core.time_utils import kst_text
from app.domain.code_files import COUPON
from app.domain.config_fields import Code
from app.flows.coupons import (
    add_pool,
    find_pool,
    generate_codes,
    pool_batches,
    rename_pool,
    upload_codes,
    void_batch,
)
from app.flows.read_codes import READING, pool_codes
from app.routes.admin.code_uploads import codes_of
from app.routes.admin.common import READ, READERS, Admin, After, Id, Limit, write
from app.routes.admin.exports import CSV_ANSWER
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.coupons import (
    BatchRow,
    BatchVoided,
    CodeRow,
    CodesAdded,
    CodesMake,
    CodesUpload,
    PoolList,
    PoolName,
    PoolNew,
    PoolRow,
)
from app.schemas.admin.players import WhyOnly
from app.schemas.csv_stream import ExportQuery, csv_export
from app.schemas.uploads import with_file
from app.utils.pagination import page

router = admin_router("/coupons/pools", tag="admin: coupons")
REFUSALS = problems("SCOPE_REQUIRED", "POOL_NOT_FOUND", "VALIDATION_ERROR")


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
    return await add_pool(container_of(request).house, admin_act(who, body.reason), body.code, body.name, body.name_en)


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
    house, names = container_of(request).house, (body.name, body.name_en)
    row = await rename_pool(house, act, code, *names, expected_version=version)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.post(
    "/{code}/upload",
    operation_id="admin_upload_coupon_codes",
    response_model=CodesAdded,
    openapi_extra=with_file(write(CodesUpload, is_keyed=True)),
    responses=REFUSALS,
)
async def upload(request: Request, who: Admin, code: Code) -> Response:
    """Adds codes from CSV, as one batch; a large file as a form (`curl -F file=@codes.csv -F reason=…`).

    Codes that the pool knows are left out: sending a file twice does no harm. A code that another pool has, and what a
    spreadsheet changed, is refused with its line, and nothing of the file is taken.
    """
    file = await codes_of(request, COUPON)
    house, act = container_of(request).house, keyed_act(request, who, file.reason, file.meaning, CodesAdded)
    return json_answer(await upload_codes(house, act, code, file.codes, file_name=file.name))


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
    house, act = container_of(request).house, keyed_act(request, who, body.reason, raw, CodesAdded)
    return json_answer(await generate_codes(house, act, code, body.count, prefix=body.prefix))


@router.get(
    "/{code}/batches",
    operation_id="admin_list_coupon_batches",
    response_model=Listed[BatchRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def batches(request: Request, code: Code, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The uploads of a pool, newest first: how many codes of each went to players."""
    return page(await pool_batches(container_of(request).house, code, after=after, limit=limit), limit)


@router.post(
    "/{code}/batches/{batch_id}/void",
    operation_id="admin_void_coupon_batch",
    response_model=BatchVoided,
    openapi_extra=write(WhyOnly),
    responses=REFUSALS | problems("POOL_NOT_FOUND", "BATCH_NOT_FOUND", "NOTHING_TO_VOID"),
)
async def void(request: Request, who: Admin, code: Code, batch_id: Id) -> dict[str, Any]:
    """Voids what of a wrong upload was not given yet, and says how much was. It may be uploaded again elsewhere."""
    body = parse_body(WhyOnly, await request.body())
    return await void_batch(container_of(request).house, admin_act(who, body.reason), code, batch_id)


@router.get(
    "/{code}/codes",
    operation_id="admin_list_coupon_codes",
    response_model=Listed[CodeRow],
    openapi_extra=READ,
    responses=REFUSALS,
)
async def codes(request: Request, who: Admin, code: Code, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The codes of a pool in the order they are given. Admins only: a free code is as good as money.

    A look at one that is free is audited.
    """
    house, act = container_of(request).house, admin_act(who, READING)
    return page(await pool_codes(house, act, code, after=after, limit=limit), limit)


@router.get(
    "/{code}/codes.csv",
    operation_id="admin_export_coupon_codes",
    response_class=Response,
    openapi_extra=READ,
    responses=CSV_ANSWER | REFUSALS,
)
async def export(request: Request, who: Admin, code: Code, asked: Annotated[ExportQuery, Query()]) -> Response:
    """Every code of the pool as CSV, with whom it went to. It can be uploaded again as it is. Audited."""
    house = container_of(request).house
    await find_pool(house, code)
    wanted, name, act = asked.wanted(pool=code), f"{code}-codes", admin_act(who, READING)
    return await csv_export(request, house, "coupon_codes", wanted, name=name, bom=asked.bom, act=act)
