"""Text and CSV files as spreadsheets and shops save them: their encoding, their separator, their lines."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from typing import IO, Any

from app.core.errors import AppError, invalid, told_first
from app.domain.csv_text import unshielded

FIELD = "csv"
CHUNK = 1 << 16
SEPARATORS = "\t;"  # beside the comma: a spreadsheet's "Unicode text", and its CSV in many countries
BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Korean spreadsheets save "CSV" in CP949 unless told otherwise
ENCODINGS = ("utf-8-sig", "cp949")
WORKBOOK = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that isn't empty: its number in the file (the first is 1) and its cells without spaces around."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file with a header: its columns, then its lines, read while they are asked for."""

    header: list[str]
    lines: Iterator[Line]


def open_text(file: IO[bytes]) -> TextIOWrapper:
    """The file as text: UTF-8 with or without BOM, UTF-16 with one, else CP949. Raises VALIDATION_ERROR.

    Read to its end in pieces to find that out, and again by whoever reads it: never whole in memory.
    """
    head = file.read(len(WORKBOOK))
    file.seek(0)
    if head == WORKBOOK:
        raise invalid((FIELD, "a workbook (.xlsx): save it as CSV UTF-8"))
    marked = BYTE_ORDER_MARKS.get(head[:2])
    for encoding in (marked,) if marked else ENCODINGS:
        if _is_written_in(file, encoding):
            return TextIOWrapper(file, encoding, newline="")
    raise invalid((FIELD, "not readable as text: save it as CSV UTF-8"))


def _is_written_in(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(CHUNK):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def read_table(text: Iterable[str], *, required: Sequence[str], known: Iterable[str]) -> Table:
    """The lines below a header that names every `required` column and no others than `known`.

    Raises VALIDATION_ERROR for another header, and, while it is read, naming a line that is no CSV.
    """
    lines = iter(text)
    first = next(lines, "").removeprefix("\ufeff")
    separator = next((sign for sign in SEPARATORS if sign in first), ",")
    reader = csv.reader(chain([first], lines), delimiter=separator)
    rows = _rows(reader)
    header = [name.strip().strip("'\"").lower() for name in next(rows, Line(1, [])).cells]
    allowed = {*required, *known}
    if not set(required) <= set(header) <= allowed or len(set(header)) != len(header):
        raise invalid((f"{FIELD}.line1", f"the first line must name the columns: {', '.join(required)}"))
    return Table(header, rows)


def _rows(reader: Any) -> Iterator[Line]:
    start = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise invalid((f"{FIELD}.line{start}", "not readable as CSV")) from None
        cells = [unshielded(cell.strip()) for cell in row]
        if any(cells) or start == 1:
            yield Line(start, cells)
        start = reader.line_num + 1


def refuse(problems: Sequence[dict[str, str]]) -> None:
    """Returns when there are no problems; raises VALIDATION_ERROR with the first of them, and how many more there are.

    In the order of their lines.
    """
    if problems:
        told = sorted(problems, key=lambda one: int(one["field"].rpartition("line")[2] or 0))
        raise AppError("VALIDATION_ERROR", fields=told_first(told))
