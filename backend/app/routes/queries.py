"""A query names nothing that its route does not know: a misspelt or missing filter would otherwise answer with all."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from app.core.errors import invalid


async def require_known_query(request: Request) -> None:
    """Returns when the route knows every name of the query; raises VALIDATION_ERROR naming each other one."""
    if not request.scope["query_string"] or request.method != "GET":
        return
    known = sorted(_names(request.scope["route"].dependant))
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        takes = ", ".join(known) or "no query"
        raise invalid(*((f"query.{name[:50]}", f"unknown; this address takes {takes}") for name in unknown))


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (info.alias or name for name, info in model.model_fields.items())
        else:
            yield field.alias
    for inner in dependant.dependencies:
        yield from _names(inner)
