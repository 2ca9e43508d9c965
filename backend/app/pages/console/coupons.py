"""A5, coupon pools: how many codes are left, filled by paste or at random, taken out as a file."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic_core import from_json

from app.core.auth import ADMIN
from app.domain.codes import read_codes
from app.domain.config_fields import parse_config
from app.flows.coupons import add_pool, find_pool, generate_codes, pool_codes, rename_pool, upload_codes
from app.pages.console.csv_files import MOST_IN_CSV, csv_file
from app.pages.console.document_editor import DocumentCode
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Count, FormKey, Pasted, Prefix, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import operator
from app.pages.session import container_of
from app.schemas.admin.coupons import PoolName, PoolNew
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/coupons"
COLUMNS = ("code", "expires_at", "user_id", "operation_id", "assigned_at", "voided_at")
Text = Annotated[str, Form(max_length=500)]


@router.get("/console/coupons")
async def pools(request: Request) -> Response:
    """Every pool with how many codes are left."""
    who = await operator(request)
    house = container_of(request).house
    rows = await house.read(lambda keepers: keepers.coupon.pools(house.clock.now()))
    return show(request, "coupons.html", who=who, pools=rows)


@router.post("/console/coupons/new")
async def add(request: Request, code: Text, name: Text, reason: Reason) -> Response:
    """A new, empty pool."""
    request.state.back = PLACE
    who = await operator(request, ADMIN)
    new = parse_config(PoolNew, {"code": code.strip(), "name": name, "reason": reason}, "VALIDATION_ERROR")
    await add_pool(container_of(request).house, who.act(reason), new.code, new.name)
    return done(request, f"{PLACE}/{new.code}", "SAVED")


@router.get("/console/coupons/{code}")
async def pool(request: Request, code: DocumentCode, after: After = None) -> Response:
    """One pool; its codes for admins only: a free code is as good as money."""
    request.state.back = PLACE
    who = await operator(request)
    house = container_of(request).house
    row = await find_pool(house, code)
    codes = await pool_codes(house, code, after=after, limit=LINES) if who.may(ADMIN) else []
    return show(request, "coupon.html", who=who, pool=row, codes=page(codes, LINES), after=after)


@router.get("/console/coupons/{code}/codes.csv")
async def as_csv(request: Request, code: DocumentCode) -> Response:
    """Its codes as a file."""
    request.state.back = PLACE
    await operator(request, ADMIN)
    rows = await pool_codes(container_of(request).house, code, after=None, limit=MOST_IN_CSV)
    return csv_file(f"{code}-codes", COLUMNS, rows)


@router.post("/console/coupons/{code}/rename")
async def rename(request: Request, code: DocumentCode, name: Text, reason: Reason, version: Version) -> Response:
    """Another name for people."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    new = parse_config(PoolName, {"name": name, "reason": reason}, "VALIDATION_ERROR")
    await rename_pool(container_of(request).house, who.act(reason), code, new.name, expected_version=version)
    return done(request, back, "SAVED")


@router.post("/console/coupons/{code}/paste")
async def paste(request: Request, code: DocumentCode, csv: Pasted, reason: Reason, key: FormKey) -> Response:
    """Adds codes that were made elsewhere; those that the pool knows are left out."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    act = who.keyed(reason, key, code, csv)
    said = from_json((await upload_codes(container_of(request).house, act, code, read_codes(csv))).body)
    return done(request, back, "CODES", added=said["added"], known=said["known_before"])


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
