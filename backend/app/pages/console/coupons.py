"""A5, coupon pools: how many codes are left, filled from a file or at random, taken out as a file, voided."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic_core import from_json

from app.core.auth import ADMIN
from app.core.errors import AppError
from app.domain.code_files import COUPON, meaning_of, read_codes
from app.domain.config_fields import parse_config
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
from app.pages.console.code_drafts import Draft, draft_of
from app.pages.console.csv_files import Exported, csv_file
from app.pages.console.document_editor import DocumentCode
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Count, FormKey, Id, Prefix, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.session import container_of
from app.schemas.admin.coupons import PoolName, PoolNew
from app.schemas.uploads import read_upload
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/coupons"
Text = Annotated[str, Form(max_length=500)]


@router.get("/console/coupons")
async def pools(request: Request) -> Response:
    """Every pool with how many codes are left."""
    who = await operator(request)
    house = container_of(request).house
    rows = await house.read(lambda keepers: keepers.coupon.pools(house.clock.now()))
    return show(request, "coupons.html", who=who, pools=rows)


@router.post("/console/coupons/new")
async def add(request: Request, code: Text, name: Text, reason: Reason, name_en: Text = "") -> Response:
    """A new, empty pool."""
    request.state.back = PLACE
    who = await operator(request, ADMIN)
    typed = {"code": code.strip(), "name": name, "name_en": name_en.strip() or None, "reason": reason}
    new = parse_config(PoolNew, typed, "VALIDATION_ERROR")
    await add_pool(container_of(request).house, who.act(reason), new.code, new.name, new.name_en)
    return done(request, f"{PLACE}/{new.code}", "SAVED")


@router.get("/console/coupons/{code}")
async def pool(request: Request, code: DocumentCode, after: After = None, older: After = None) -> Response:
    """One pool, its batches from `older` on; its codes for admins only: a free code is as good as money."""
    request.state.back = PLACE
    return await _page(request, await operator(request), code, after=after, older=older)


@router.get("/console/coupons/{code}/codes.csv")
async def as_csv(request: Request, code: DocumentCode, asked: Exported) -> Response:
    """Its codes as a file."""
    request.state.back = PLACE
    who = await operator(request, ADMIN)
    await find_pool(container_of(request).house, code)
    wanted, act = asked.wanted(pool=code), who.act(READING)
    return await csv_file(request, "coupon_codes", wanted, f"{code}-codes", asked, act=act)


@router.post("/console/coupons/{code}/rename")
async def rename(
    request: Request, code: DocumentCode, name: Text, reason: Reason, version: Version, *, name_en: Text = ""
) -> Response:
    """Other names for people."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    typed = {"name": name, "name_en": name_en.strip() or None, "reason": reason}
    new = parse_config(PoolName, typed, "VALIDATION_ERROR")
    house, act = container_of(request).house, who.act(reason)
    await rename_pool(house, act, code, new.name, new.name_en, expected_version=version)
    return done(request, back, "SAVED")


@router.post("/console/coupons/{code}/upload")
async def upload(request: Request, code: DocumentCode) -> Response:
    """Adds codes that were made elsewhere, from a file or as text; those that the pool knows are left out."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await find_pool(house, code)
    brought = await read_upload(request, max_bytes=container_of(request).settings.max_upload_bytes)
    try:
        codes = await brought.read(partial(read_codes, style=COUPON))
        act = who.keyed(brought.reason, brought.key, code, meaning_of(codes))
        said = from_json((await upload_codes(house, act, code, codes, file_name=brought.file_name)).body)
    except AppError as refusal:
        return await _page(request, who, code, draft=draft_of(request, refusal, brought))
    return done(request, back, "CODES", added=said["added"], known=said["known_before"])


@router.post("/console/coupons/{code}/batches/{batch_id}/void")
async def void(request: Request, code: DocumentCode, batch_id: Id, reason: Reason) -> Response:
    """Voids what of a wrong upload was not given yet."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    said = await void_batch(container_of(request).house, who.act(reason), code, batch_id)
    return done(request, back, "VOIDED", voided=said["voided"], given=said["given"])


@router.post("/console/coupons/{code}/generate")
async def generate(
    request: Request, code: DocumentCode, *, count: Count, reason: Reason, key: FormKey, prefix: Prefix = ""
) -> Response:
    """Adds random codes that nobody can guess."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    act = who.keyed(reason, key, code, count, prefix)
    said = from_json((await generate_codes(container_of(request).house, act, code, count, prefix=prefix)).body)
    return done(request, back, "CODES", added=said["added"], known=said["known_before"])


async def _page(
    request: Request,
    who: Operator,
    code: str,
    *,
    after: int | None = None,
    older: int | None = None,
    draft: Draft | None = None,
) -> Response:
    house = container_of(request).house
    row = await find_pool(house, code)
    is_shown = who.may(ADMIN)
    codes = await pool_codes(house, who.act(READING), code, after=after, limit=LINES) if is_shown else []
    batches = await pool_batches(house, code, after=older, limit=LINES)
    return show(
        request,
        "coupon.html",
        who=who,
        http_status=422 if draft else 200,
        pool=row,
        codes=page(codes, LINES),
        batches=page(batches, LINES),
        older=older,
        after=after,
        draft=draft,
    )
