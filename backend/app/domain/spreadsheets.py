"""What a spreadsheet does to a column of codes when a file is opened and saved: told by its traces, never repaired.

A code that was changed can't be known again, so the line is refused and the operator takes the original file.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

EXACT_DIGITS = 15  # a spreadsheet's numbers hold no more; the rest becomes zeros
FORMULA = frozenset("=+-@")
DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, in both languages."""

    en: str
    ko: str

    def of(self, what: object) -> "Fault":
        """The fault that names something of ours."""
        return Fault(self.en % what, self.ko % what)

    def at(self, line: int) -> dict[str, str]:
        """The problem as refusals list it."""
        return {"field": f"csv.line{line}", "reason": self.en, "reason_ko": self.ko}


EXPONENT = Fault(
    "a number with an exponent (1.23457E+11): a spreadsheet changed this code; make the column text, export again",
    "지수로 표시된 숫자입니다(1.23457E+11). 스프레드시트가 코드를 바꾸었습니다. 열을 텍스트로 지정해 다시 내보내세요",
)
FORMULA_CELL = Fault("a formula, not a code", "코드가 아니라 수식입니다")
ERROR_CELL = Fault("an error of the spreadsheet (#N/A), not a code", "코드가 아니라 스프레드시트 오류 값(#N/A)입니다")
DATE_CELL = Fault(
    "a date or a time: a spreadsheet changed this code",
    "날짜나 시각입니다. 스프레드시트가 코드를 바꾸었습니다",
)
TRUTH_CELL = Fault("TRUE or FALSE, not a code", "코드가 아니라 TRUE/FALSE 값입니다")
DECIMAL = Fault(
    "a number with decimals (123.0): a spreadsheet changed this code",
    "소수점이 붙은 숫자입니다(123.0). 스프레드시트가 코드를 바꾸었습니다",
)
LOST_ZEROS = Fault(
    "a number beside codes that begin with 0 (123 beside 000123): its leading zeros were lost",
    "0으로 시작하는 코드 사이의 짧은 숫자입니다(000123과 123). 앞의 0이 사라졌습니다",
)
SAME_NUMBER = Fault(
    "the same number stands in the file with another count of leading zeros",
    "앞의 0 개수만 다른 같은 숫자가 파일에 또 있습니다",
)
STORED_NUMBER = Fault(
    "a code that differs by leading zeros only (%s) is stored already",
    "앞의 0 개수만 다른 코드(%s)가 이미 저장되어 있습니다",
)
LOST_DIGITS = Fault(
    "every long number of the file ends in zeros: a spreadsheet keeps 15 digits only",
    "파일의 긴 숫자가 모두 0으로 끝납니다. 스프레드시트는 숫자를 15자리까지만 보존합니다",
)

SHAPES: tuple[tuple[re.Pattern[str], Fault], ...] = (
    (re.compile(r"[+-]?\d+([.,]\d+)?[eE][+-]\d+|[+-]?\d+[.,]\d+[eE]\d+", re.ASCII), EXPONENT),
    (re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|#+)", re.ASCII | re.IGNORECASE), ERROR_CELL),
    (re.compile(rf"({DAY})([ T]\d{{1,2}}:\d{{2}}(:\d{{2}})?)?", re.ASCII), DATE_CELL),
    (re.compile(rf"\d{{1,2}}-({MONTHS})(-\d{{2,4}})?|({MONTHS})-\d{{2,4}}", re.ASCII), DATE_CELL),
    (re.compile(r"\d{1,2}:\d{2}(:\d{2})?", re.ASCII), DATE_CELL),
    (re.compile(r"TRUE|FALSE", re.ASCII | re.IGNORECASE), TRUTH_CELL),
    (re.compile(r"\d+\.0+|\d+,0+|\d{1,3}(,\d{3})+", re.ASCII), DECIMAL),
)  # fmt: skip


def fault_of(code: str) -> Fault | None:
    """What a spreadsheet did to this code, as far as the code alone shows it."""
    for shape, fault in SHAPES:
        if shape.fullmatch(code):
            return fault
    return FORMULA_CELL if code[:1] in FORMULA else None


def faults_between(codes: Sequence[tuple[int, str]]) -> Iterator[tuple[int, Fault]]:
    """(line, fault) of numbers that only the other numbers of the file, (line, code), show to be changed."""
    numbers = [(line, code) for line, code in codes if code.isdigit()]
    padded = [len(code) for _, code in numbers if code[0] == "0"]
    width = min(padded, default=0)
    seen: set[int] = set()
    for line, code in numbers if padded else ():
        if len(code) < width:
            yield line, LOST_ZEROS
        elif int(code) in seen:
            yield line, SAME_NUMBER
        seen.add(int(code))
    long = [(line, code) for line, code in numbers if len(code) > EXACT_DIGITS]
    if len(long) > 1 and all(not code[EXACT_DIGITS:].strip("0") for _, code in long):
        yield from ((line, LOST_DIGITS) for line, _ in long)


def zero_twins(code: str, lengths: Collection[int]) -> list[str]:
    """The same number with another count of leading zeros, of these lengths or without any; [] for no number."""
    if not code.isdigit():
        return []
    bare = code.lstrip("0") or "0"
    return sorted({bare, *(bare.zfill(length) for length in lengths)} - {code})
