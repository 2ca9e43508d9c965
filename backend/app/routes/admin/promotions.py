"""Campaigns of promo codes: make, change, give them codes, look inside, export."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from app.domain.code_files import PROMO
from app.domain.config_fields import Code
from app.domain.promo_config import PromoConfig
from app.flows.read_codes import READING, promo_codes
from app.flows.save_promo import (
    add_promo,
    add_promo_codes,
    find_promo,
    generate_promo_codes,
    promo_claims,
    replace_promo,
)  # fmt: skip
from app.routes.admin.code_uploads import codes_of
from app.routes.admin.common import READ, READERS, Admin, After, Limit, write
from app.routes.admin.exports import CSV_ANSWER
from app.routes.bodies import json_answer, parse_body
from app.routes.deps import admin_act, container_of, etag, expected_version, keyed_act
from app.routes.doors import admin_router
from app.routes.openapi import problems
from app.schemas.admin.common import Listed
from app.schemas.admin.coupons import CodesMake, CodesUpload
from app.schemas.admin.promotions import PromoBody, PromoClaimRow, PromoCodeRow, PromoCodesAdded, PromoRow
from app.schemas.csv_stream import ExportQuery, csv_export
from app.schemas.uploads import with_file
from app.services.audit_service import AdminAct
from app.utils.pagination import page

router = admin_router("/promotions", tag="admin: codes")
REFUSALS = problems("SCOPE_REQUIRED", "PROMO_NOT_FOUND", "VALIDATION_ERROR")


@router.get(
    "",
    operation_id="admin_list_promotions",
    response_model=Listed[PromoRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=problems("SCOPE_REQUIRED"),
)
async def promotions(request: Request, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Every campaign, newest first, with how many units are gone."""
    rows = await container_of(request).house.read(lambda keepers: keepers.promo.page(after=after, limit=limit))
    return page(rows, limit)


@router.post(
    "",
    operation_id="admin_add_promotion",
    status_code=201,
    response_model=PromoRow,
    openapi_extra=write(PromoBody, is_keyed=True),
    responses=problems("SCOPE_REQUIRED", "NAME_TAKEN", "VALIDATION_ERROR"),
)
async def add(request: Request, who: Admin) -> Response:
    """A new campaign. It opens by itself at `opens_at`, to the second."""
    raw = await request.body()
    body = parse_body(PromoBody, raw)
    act = keyed_act(request, who, body.reason, raw, PromoRow, status=201)
    return json_answer(await add_promo(container_of(request).house, act, _config(body)), has_version=True)


@router.get(
    "/{code}",
    operation_id="admin_promotion",
    response_model=PromoRow,
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def one(request: Request, response: Response, code: Code) -> dict[str, Any]:
    """One campaign."""
    row = await find_promo(container_of(request).house, code)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.put(
    "/{code}",
    operation_id="admin_replace_promotion",
    response_model=PromoRow,
    openapi_extra=write(PromoBody, if_match=True),
    responses=REFUSALS | problems("PROMO_NOT_FOUND", "VERSION_CONFLICT", "PRECONDITION_REQUIRED"),
)
async def replace(request: Request, response: Response, who: Admin, code: Code) -> dict[str, Any]:
    """Replaces the campaign; `is_open` false stops it. What players were promised stays once a unit is gone."""
    body = parse_body(PromoBody, await request.body())
    act, version = admin_act(who, body.reason, body.players_who_lose), expected_version(request)
    row = await replace_promo(container_of(request).house, act, code, _config(body), expected_version=version)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.post(
    "/{code}/upload",
    operation_id="admin_upload_promotion_codes",
    response_model=PromoCodesAdded,
    openapi_extra=with_file(write(CodesUpload, is_keyed=True)),
    responses=REFUSALS,
)
async def upload(request: Request, who: Admin, code: Code) -> Response:
    """Adds codes from CSV (header `code`) to a UNIQUE campaign, also as a form with a file. Twice does no harm."""
    file = await codes_of(request, PROMO)
    house, act = container_of(request).house, keyed_act(request, who, file.reason, file.meaning, PromoCodesAdded)
    return json_answer(await add_promo_codes(house, act, code, file.codes))


@router.post(
    "/{code}/generate",
    operation_id="admin_generate_promotion_codes",
    response_model=PromoCodesAdded,
    openapi_extra=write(CodesMake, is_keyed=True),
    responses=REFUSALS,
)
async def generate(request: Request, who: Admin, code: Code) -> Response:
    """Adds random codes that nobody can guess to a UNIQUE campaign."""
    raw = await request.body()
    body = parse_body(CodesMake, raw)
    house, act = container_of(request).house, keyed_act(request, who, body.reason, raw, PromoCodesAdded)
    return json_answer(await generate_promo_codes(house, act, code, body.count, prefix=body.prefix))


@router.get(
    "/{code}/codes",
    operation_id="admin_list_promotion_codes",
    response_model=Listed[PromoCodeRow],
    openapi_extra=READ,
    responses=REFUSALS,
)
async def codes(request: Request, who: Admin, code: Code, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """The codes of a campaign. Admins only: an unused code is as good as money, and a look at one is audited."""
    house, act = container_of(request).house, admin_act(who, READING)
    return page(await promo_codes(house, act, code, after=after, limit=limit), limit)


@router.get(
    "/{code}/codes.csv",
    operation_id="admin_export_promotion_codes",
    response_class=Response,
    openapi_extra=READ,
    responses=CSV_ANSWER | REFUSALS,
)
async def export_codes(request: Request, who: Admin, code: Code, asked: Annotated[ExportQuery, Query()]) -> Response:
    """Every code of the campaign as CSV. It can be uploaded again as it is. Audited."""
    return await _export(request, "codes", code, asked, admin_act(who, READING))


@router.get(
    "/{code}/claims",
    operation_id="admin_list_promotion_claims",
    response_model=Listed[PromoClaimRow],
    dependencies=READERS,
    openapi_extra=READ,
    responses=REFUSALS,
)
async def claims(request: Request, code: Code, after: After = None, limit: Limit = 20) -> dict[str, Any]:
    """Who got which unit, in the order they went."""
    rows = await promo_claims(container_of(request).house, code, after=after, limit=limit)
    return page(rows, limit, key="unit_no")


@router.get(
    "/{code}/claims.csv",
    operation_id="admin_export_promotion_claims",
    response_class=Response,
    dependencies=READERS,
    openapi_extra=READ,
    responses=CSV_ANSWER | REFUSALS,
)
async def export_claims(request: Request, code: Code, asked: Annotated[ExportQuery, Query()]) -> Response:
    """Every unit that went as CSV, in the order they went."""
    return await _export(request, "claims", code, asked)


async def _export(request: Request, what: str, code: str, asked: ExportQuery, act: AdminAct | None = None) -> Response:
    house = container_of(request).house
    await find_promo(house, code)
    name, wanted = f"{code}-{what}", asked.wanted(campaign=code)
    return await csv_export(request, house, f"promo_{what}", wanted, name=name, bom=asked.bom, act=act)


def _config(body: PromoBody) -> PromoConfig:
    return PromoConfig.model_validate(body.model_dump(include=set(PromoConfig.model_fields)))
