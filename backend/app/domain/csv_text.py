"""Cells as a CSV file holds them: nothing in it is run by a spreadsheet, and what was written can be read again."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from app.core.time_utils import kst_text

# what a spreadsheet would run as a formula, at the start of a cell; full-width signs count in East Asian ones
FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
SHIELD = "'"


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Lines of a CSV file, CRLF at each end. Instants stand in KST; a cell that would be run gets an apostrophe."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def unshielded(cell: str) -> str:
    """A cell as it was before `csv_text` wrote it."""
    return cell[1:] if cell[:1] == SHIELD and cell[1:2] in FORMULA else cell


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return kst_text(value)
    text = str(value)
    return SHIELD + text if text[:1] in FORMULA and not isinstance(value, int) else text
