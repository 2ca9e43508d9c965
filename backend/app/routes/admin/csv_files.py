"""Lists as CSV files."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query, Response

from app.domain.csv_text import csv_text
from app.routes.openapi import Responses
from app.utils.pagination import page

CSV_ANSWER: Responses = {200: {"content": {"text/csv": {}}}}
ExportLimit = Annotated[int, Query(ge=1, le=10_000)]


def csv_answer(columns: Sequence[str], rows: Sequence[dict[str, Any]], limit: int, *, key: str = "id") -> Response:
    """At most `limit` of the `limit + 1` rows that were read; the header `X-Next` says where to go on, if need be."""
    part = page(rows, limit, key=key)
    text = csv_text([columns, *[[row[name] for name in columns] for row in part["items"]]])
    response = Response(text, media_type="text/csv; charset=utf-8")
    if part["has_more"]:
        response.headers["X-Next"] = str(part["next"])
    return response
