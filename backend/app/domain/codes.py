"""Codes that people type or paste: how they are written, made and read from a file."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

from pydantic import TypeAdapter

from app.core.errors import invalid
from app.core.time_utils import FIRST_DAY, LAST_DAY, kst_midnight
from app.domain.config_fields import Day, Moment
from app.domain.draw import Draw

# without 0 O 1 I L: nobody has to guess which it is
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
# 31 ** 12 is about 60 bits: a million codes, and a guess still meets one in 10 ** 12
LENGTH = 12
# visible ASCII, as vendors write them; a comma or a quote could not stand in every file
CODE = re.compile(r"[!#-+\--~]{1,100}", re.ASCII)
MAX_LINES = 10_000
EXPIRY = f"expires_at: YYYY-MM-DD or an instant with offset, from {FIRST_DAY} to {LAST_DAY}"
DAY, INSTANT = TypeAdapter(Day), TypeAdapter(Moment)
# what a spreadsheet would run as a formula
FORMULA = frozenset("=+-@\t\r")


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be stored, and until when it counts."""

    code: str
    expires_at: datetime | None


def new_codes(draw: Draw, count: int, *, prefix: str = "") -> list[str]:
    """`count` different random codes."""
    made: set[str] = set()
    while len(made) < count:
        made.add(prefix + "".join(ALPHABET[draw.below(len(ALPHABET))] for _ in range(LENGTH)))
    return sorted(made)


def read_codes(text: str) -> list[NewCode]:
    """The codes of a CSV file: a header `code` or `code,expires_at`, one code a line, each at most once.

    `expires_at` is empty, a KST day (the code counts until its end) or an instant with offset. Raises VALIDATION_ERROR
    naming each line.
    """
    lines = list(csv.reader(StringIO(text.removeprefix("\ufeff")), strict=False))
    header = [name.strip() for name in lines[0]] if lines else []
    if header not in (["code"], ["code", "expires_at"]):
        raise invalid(("csv", "the first line must be `code` or `code,expires_at`"))
    rows = [(number, row) for number, row in enumerate(lines[1:], start=2) if any(cell.strip() for cell in row)]
    if not 0 < len(rows) <= MAX_LINES:
        raise invalid(("csv", f"1 to {MAX_LINES} codes"))
    return _checked(rows, len(header))


def _checked(rows: Sequence[tuple[int, list[str]]], width: int) -> list[NewCode]:
    found: list[NewCode] = []
    seen: set[str] = set()
    problems: list[tuple[str, str]] = []
    for number, row in rows:
        code, expiry = row[0].strip(), row[1].strip() if len(row) > 1 else ""
        if len(row) > width or not CODE.fullmatch(code):
            problems.append((f"csv.line{number}", "1 to 100 visible characters without comma or quote"))
        elif code in seen:
            problems.append((f"csv.line{number}", "this code stands in the file twice"))
        else:
            try:
                found.append(NewCode(code, _expiry(expiry)))
            except ValueError:
                problems.append((f"csv.line{number}", EXPIRY))
        seen.add(code)
    if problems:
        raise invalid(*problems[:20])  # enough to see what is wrong
    return found


def _expiry(text: str) -> datetime | None:
    if not text:
        return None
    if len(text) > len("YYYY-MM-DD"):
        return INSTANT.validate_python(text)
    return kst_midnight(DAY.validate_python(text) + timedelta(days=1))


def csv_text(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A CSV file. A cell that a spreadsheet would run gets an apostrophe in front."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in FORMULA and not isinstance(value, int) else text
