"""Cells as a CSV file holds them: nothing in it is run by a spreadsheet, and what was written can be read again."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from app.core.time_utils import kst_text

# What a spreadsheet would run as a formula; full-width signs count in East Asian ones.
FORMULA = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
# A cell begins where the text does, and behind each sign that another country's spreadsheet takes for the end of one.
BEGINNING = r"(?<![^;\t\r\n])"
# Blank, quoted or unseen signs before the formula are thrown away by some of them.
UNSEEN = r"[\s\"\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*"
SHIELD = "'"
# Shields that stood there before get one more, so that taking one away gives what was written.
TO_SHIELD = re.compile(f"{BEGINNING}(?={SHIELD}*{UNSEEN}{FORMULA})")
SHIELDED = re.compile(f"{BEGINNING}{SHIELD}(?={SHIELD}*{UNSEEN}{FORMULA})")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Lines of a CSV file, CRLF at each end. Instants stand in KST.

    What would be run gets an apostrophe, also behind a semicolon or a tab, where other spreadsheets begin a cell.
    """
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def unshielded(cell: str) -> str:
    """A cell as it was before `csv_text` wrote it."""
    return SHIELDED.sub("", cell)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return kst_text(value)
    text = str(value)
    return text if isinstance(value, int) else TO_SHIELD.sub(SHIELD, text)
