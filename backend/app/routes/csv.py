"""CSV files as answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Response

from app.domain.csv_text import csv_text


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """A file of these columns."""
    text = csv_text([columns, *[[row[column] for column in columns] for row in rows]])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
