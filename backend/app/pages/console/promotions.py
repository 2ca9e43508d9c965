"""A5, campaigns of codes: how many units are gone and to whom, stopped at once, given more codes."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic_core import from_json

from app.core.auth import ADMIN
from app.core.errors import AppError
from app.domain.code_files import PROMO, meaning_of, read_codes
from app.domain.config_fields import parse_config
from app.domain.promo_config import PromoConfig
from app.flows.read_codes import READING
from app.flows.save_promo import (
    add_promo,
    add_promo_codes,
    find_promo,
    generate_promo_codes,
    promo_claims,
    promo_document,
    promo_names,
    replace_promo,
)
from app.flows.steps.once import KeyedAct
from app.pages.console.code_drafts import Draft, draft_of
from app.pages.console.csv_files import Exported, csv_file
from app.pages.console.document_editor import DocumentCode, Kind, editor
from app.pages.console.doors import ConsoleRoute, done
from app.pages.console.forms import LINES, After, Count, FormKey, Prefix, Reason, Version
from app.pages.console.look import show
from app.pages.console.operator import Operator, operator
from app.pages.session import container_of
from app.schemas.admin.promotions import EXAMPLE
from app.schemas.uploads import read_upload
from app.services import House
from app.services.audit_service import AdminAct
from app.utils.pagination import page

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)
PLACE = "/console/promotions"
What = Annotated[Literal["claims", "codes"], Path()]
Row = dict[str, Any]


async def _add(house: House, act: KeyedAct, config: PromoConfig) -> Row:
    row: Row = from_json((await add_promo(house, act, config)).body)
    return row


async def _replace(house: House, act: AdminAct, code: str, config: PromoConfig, version: int) -> Row:
    return await replace_promo(house, act, code, config, expected_version=version)


editing = editor(Kind(PLACE, PromoConfig, EXAMPLE, promo_document, _add, _replace, promo_names))


@router.get("/console/promotions")
async def promotions(request: Request, after: After = None) -> Response:
    """Every campaign, newest first, with how many units are gone."""
    who = await operator(request)
    rows = await container_of(request).house.read(lambda keepers: keepers.promo.page(after=after, limit=LINES))
    return show(request, "promotions.html", who=who, found=page(rows, LINES), after=after)


@router.get("/console/promotions/{code}")
async def promotion(request: Request, code: DocumentCode, after: After = None) -> Response:
    """One campaign and who got its units."""
    request.state.back = PLACE
    return await _page(request, await operator(request), code, after=after)


@router.get("/console/promotions/{code}/{what}.csv")
async def as_csv(request: Request, code: DocumentCode, what: What, asked: Exported) -> Response:
    """Its claims as a file; or its codes, for admins only: an unused code is as good as money."""
    request.state.back = f"{PLACE}/{code}"
    who = await operator(request, *([ADMIN] if what == "codes" else []))
    await find_promo(container_of(request).house, code)
    return await csv_file(
        request, f"promo_{what}", asked.wanted(campaign=code), f"{code}-{what}", asked, act=who.act(READING)
    )


@router.post("/console/promotions/{code}/upload")
async def upload(request: Request, code: DocumentCode) -> Response:
    """Adds codes that were made elsewhere, from a file or as text; those that stand already are left out."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    await find_promo(house, code)
    brought = await read_upload(request, max_bytes=container_of(request).settings.max_upload_bytes)
    try:
        codes = await brought.read(partial(read_codes, style=PROMO))
        act = who.keyed(brought.reason, brought.key, code, meaning_of(codes))
        said = from_json((await add_promo_codes(house, act, code, codes)).body)
    except AppError as refusal:
        return await _page(request, who, code, draft=draft_of(request, refusal, brought))
    return done(request, back, "CODES", added=said["added"], known=said["known_before"])


@router.post("/console/promotions/{code}/generate")
async def generate(
    request: Request, code: DocumentCode, *, count: Count, reason: Reason, key: FormKey, prefix: Prefix = ""
) -> Response:
    """Adds random codes that nobody can guess."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    act = who.keyed(reason, key, code, count, prefix)
    said = from_json((await generate_promo_codes(container_of(request).house, act, code, count, prefix=prefix)).body)
    return done(request, back, "CODES", added=said["added"], known=said["known_before"])


@router.post("/console/promotions/{code}/{switch}")
async def switch(
    request: Request,
    code: DocumentCode,
    switch: Annotated[Literal["stop", "open"], Path()],
    reason: Reason,
    version: Version,
) -> Response:
    """Stops the giving of units, or lets it go on; all else stays as it stands."""
    back = request.state.back = f"{PLACE}/{code}"
    who = await operator(request, ADMIN)
    house = container_of(request).house
    document, _ = await promo_document(house, code)
    config = parse_config(PromoConfig, document | {"is_open": switch == "open"}, "VALIDATION_ERROR")
    await replace_promo(house, who.act(reason), code, config, expected_version=version)
    return done(request, back)


async def _page(
    request: Request, who: Operator, code: str, *, after: int | None = None, draft: Draft | None = None
) -> Response:
    house = container_of(request).house
    row = await find_promo(house, code)
    claims = await promo_claims(house, code, after=after, limit=LINES)
    document = (await promo_document(house, code))[0]
    return show(
        request,
        "promotion.html",
        who=who,
        http_status=422 if draft else 200,
        promo=row,
        host=document["host"],
        shared_code=document.get("shared_code") if who.may(ADMIN) else None,
        claims=page(claims, LINES, key="unit_no"),
        after=after,
        draft=draft,
    )
