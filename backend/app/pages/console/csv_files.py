"""Tables as files for a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Response

from app.domain.csv_text import csv_text

MOST_IN_CSV = 10_000


def csv_file(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Response:
    """The first 10,000 of these rows, to be saved under this name."""
    text = csv_text([columns, *[[row[column] for column in columns] for row in rows[:MOST_IN_CSV]]])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
