"""Tables as files for a spreadsheet: the API's own, with the mark by which spreadsheets know UTF-8."""

from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response

from app.domain.config_fields import parse_config
from app.flows.exports import Wanted
from app.pages.session import container_of
from app.schemas.csv_stream import ExportQuery, csv_export
from app.services.audit_service import AdminAct

Q = TypeVar("Q", bound=ExportQuery)


def typed_query(request: Request, model: type[Q]) -> Q:
    """What a form without scripts asks for: a field that was left empty asks for nothing. Raises VALIDATION_ERROR."""
    asked = {name: value for name, value in request.query_params.items() if value != ""}
    return parse_config(model, {"bom": True} | asked, "VALIDATION_ERROR")


def _asked(request: Request) -> ExportQuery:
    return typed_query(request, ExportQuery)


Exported = Annotated[ExportQuery, Depends(_asked)]


async def csv_file(
    request: Request, kind: str, wanted: Wanted, name: str, asked: ExportQuery, *, act: AdminAct | None = None
) -> Response:
    """The whole table, to be saved under this name; `act` of who takes out what is as good as money."""
    return await csv_export(request, container_of(request).house, kind, wanted, name=name, bom=asked.bom, act=act)
