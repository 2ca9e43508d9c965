"""Files of codes, for coupon pools and for promo campaigns alike: read line by line, and refused with the line."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from app.core.errors import invalid
from app.core.time_utils import FIRST_DAY, LAST_DAY, kst_midnight
from app.domain.code_text import LONGEST_TYPED, as_meant, code_key
from app.domain.config_fields import Day, Moment
from app.domain.spreadsheets import Fault, fault_of, faults_between
from app.domain.text_files import read_table, refuse

MAX_CODES = 200_000  # a file; some 12 MB in memory while it is taken in
# what exports of codes hold beside the code: an export can be uploaded as it is, and these columns say nothing new
EXPORTED = (
    *("state", "pool", "campaign", "batch_id", "claims", "user_id", "external_id", "host", "nickname"),
    *("operation_id", "assigned_at", "claimed_at", "voided_at", "created_at"),
)
TWICE = Fault("this code stands in the file twice", "파일에 같은 코드가 두 번 있습니다")
CELLS = Fault("more cells than the first line has", "첫 줄보다 칸이 많습니다")
EXPIRY = Fault(
    f"expires_at: YYYY-MM-DD or an instant with offset, from {FIRST_DAY} to {LAST_DAY}",
    f"expires_at은 {FIRST_DAY}부터 {LAST_DAY}까지의 YYYY-MM-DD 또는 시간대가 있는 시각이어야 합니다",
)
NO_EXPIRY = Fault(
    "promo codes end with their campaign: no expires_at",
    "프로모션 코드는 캠페인과 함께 끝나므로 expires_at을 쓸 수 없습니다",
)
DAY, INSTANT = TypeAdapter(Day), TypeAdapter(Moment)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be stored as it is shown, and until when it counts; `line` is where it stands in its file."""

    code: str
    expires_at: datetime | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Style:
    """How the codes of one kind are written."""

    shape: re.Pattern[str]
    fault: Fault
    is_upper: bool
    expires: bool


# visible ASCII, as shops write them; a comma or a quote could not stand in every file
COUPON = Style(
    re.compile(r"[!#-&(-+\--_a-~]{1,100}", re.ASCII),
    Fault(
        "1 to 100 visible ASCII characters without space, comma or quote",
        "공백, 쉼표, 따옴표 없이 눈에 보이는 ASCII 문자 1~100자여야 합니다",
    ),
    is_upper=False,
    expires=True,
)
PROMO = Style(
    re.compile(r"[A-Z0-9-]{4,50}", re.ASCII),
    Fault("4 to 50 of A-Z, 0-9 and -", "A-Z, 0-9, - 로 된 4~50자여야 합니다"),
    is_upper=True,
    expires=False,
)


def read_codes(text: Iterable[str], style: Style = COUPON) -> list[NewCode]:
    """The codes of a text or CSV file with a header `code` or `code,expires_at`, each at most once.

    `expires_at` is empty, a KST day (the code counts until its end) or an instant with offset. Lines that an export
    marks as voided are left out. Raises VALIDATION_ERROR with the number of each line that can't be taken as it is.
    """
    table = read_table(text, required=["code"], known=["expires_at", *EXPORTED])
    found: list[NewCode] = []
    seen: set[str] = set()
    problems: list[dict[str, str]] = []
    for line in table.lines:
        cells = dict(zip(table.header, line.cells, strict=False))
        if cells.get("voided_at"):
            continue
        is_too_wide = len(line.cells) > len(table.header)
        if len(found) + len(problems) >= MAX_CODES:
            raise invalid(("csv", f"at most {MAX_CODES:,} codes a file"))
        fault = CELLS if is_too_wide else _take(line.number, cells, style, seen, found)
        if fault is not None:
            problems.append(fault.at(line.number))
    told = {problem["field"] for problem in problems}
    between = (fault.at(number) for number, fault in faults_between([(one.line, one.code) for one in found]))
    refuse([*problems, *(problem for problem in between if problem["field"] not in told)])
    if not found:
        raise invalid(("csv", "no code stands in the file"))
    return found


def meaning_of(codes: Iterable[NewCode]) -> str:
    """A hash of what a file says: the same codes until the same time, however they are written."""
    digest = hashlib.sha256()
    for one in codes:
        digest.update(f"{one.code}\t{one.expires_at}\n".encode())
    return digest.hexdigest()


def _take(line: int, cells: dict[str, str], style: Style, seen: set[str], found: list[NewCode]) -> Fault | None:
    """Adds the code of a line to `seen` and `found`, or says what is wrong with it."""
    written = cells.get("code", "")
    code = as_meant(written) if len(written) <= LONGEST_TYPED else ""
    damage = fault_of(code)
    if damage is not None:
        return damage
    code = code_key(code) if style.is_upper else code
    if not style.shape.fullmatch(code):
        return style.fault
    key = code_key(code)
    if key in seen:
        return TWICE
    seen.add(key)
    return _with_expiry(code, cells.get("expires_at", ""), line, style, found)


def _with_expiry(code: str, expiry: str, line: int, style: Style, found: list[NewCode]) -> Fault | None:
    if expiry and not style.expires:
        return NO_EXPIRY
    try:
        found.append(NewCode(code, _expiry(expiry), line))
    except ValueError:
        return EXPIRY
    return None


def _expiry(text: str) -> datetime | None:
    if not text:
        return None
    if len(text) > len("YYYY-MM-DD"):
        return INSTANT.validate_python(text)
    return kst_midnight(DAY.validate_python(text) + timedelta(days=1))
