"""Codes as people paste them and spreadsheets save them: read as meant, or refused with the line."""

import tracemalloc
from io import BytesIO, StringIO
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest

from app.core.errors import AppError
from app.domain.code_files import COUPON, MAX_CODES, PROMO, read_codes
from app.domain.code_text import as_meant, typed_key
from app.domain.text_files import open_text

CASES = {
    "\ufeffAB-12": "AB-12", "AB\u200b-1\u200d2": "AB-12", "ＡＢ－１２": "AB-12", "AB–12": "AB-12", "AB—12": "AB-12",
    "AB\u221212": "AB-12", "AB\u201112": "AB-12", "ABㅡ12": "AB-12", "“AB-12”": "AB-12", "'AB-12'": "AB-12",
    "「AB-12」": "AB-12", "\u00a0AB-12\u3000": "AB-12", "\u00adAB-12\u00ad": "AB-12", "AB-12\u3164": "AB-12",
    "´AB-12´": "AB-12", "`AB-12`": "AB-12", "＂AB-12＂": "AB-12", "A\u2066B-12\u2069": "AB-12", "AB\ufe0f-12": "AB-12",
}  # fmt: skip


def read(text: str, style: Any = COUPON) -> list[str]:
    return [one.code for one in read_codes(StringIO(text, newline=""), style)]


def problems(text: str, style: Any = COUPON) -> list[tuple[str, str]]:
    with pytest.raises(AppError) as refused:
        read(text, style)
    assert refused.value.code == "VALIDATION_ERROR"
    for one in refused.value.facts["fields"]:
        if "line" in one["field"] and one["field"] != "csv.line1":
            assert one["reason_ko"] != one["reason"]
    return [(one["field"], one["reason"]) for one in refused.value.facts["fields"]]


@pytest.mark.parametrize(("typed", "meant"), CASES.items(), ids=map(ascii, CASES))
def test_a_code_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert as_meant(typed) == meant
    assert typed_key(f" {typed.lower()} ") == meant
    assert read(f"code\n{typed}") == [meant]
    assert read(f"code\n{typed}", PROMO) == [meant]


def test_spaces_inside_what_is_typed_do_not_matter_and_inside_a_file_may_be_two_codes() -> None:
    assert typed_key("ab 12\u00a0cd\u3000ef") == "AB12CDEF"
    assert problems("code\nAB12 CD34")[0][0] == "csv.line2"


DAMAGE: dict[str, str] = {
    "1.23457E+11": "exponent", "1.23457e11": "exponent",
    "1,2E+11": "exponent", "5E-07": "exponent", "=A1": "formula", "+82": "formula",
    "@SUM": "formula", "-AB12": "formula", "#N/A": "error", "#REF!": "error", "#####": "error", "#NAME?": "error",
    "2025-12-25": "date", "12/25/2025": "date", "25-Dec": "date", "Dec-25": "date", "2025. 12. 25.": "ASCII",
    "10:30": "date", "TRUE": "TRUE", "123456.0": "decimals", "1,234": "decimals", "12월 25일": "ASCII",
}  # fmt: skip


@pytest.mark.parametrize(("cell", "why"), DAMAGE.items())
@pytest.mark.parametrize("style", [COUPON, PROMO], ids=["coupons", "promo codes"])
def test_what_a_spreadsheet_changed_is_refused_with_its_line(cell: str, why: str, style: Any) -> None:
    text = f'code\nFINE-1\n"{cell}"\nFINE-2\n'
    [(field, reason)] = problems(text, style)
    if why != "ASCII":
        assert why in reason
    assert field == "csv.line3"


def test_numbers_that_lost_their_zeros_or_digits_are_found_by_the_others() -> None:
    assert [field for field, _ in problems("code\n000123\n1234\n123456\n")] == ["csv.line3"]
    assert [field for field, _ in problems("code\n0123\n00123\n")] == ["csv.line3"]
    assert [f for f, _ in problems("code\n1234567890123450\n1234567890123980\n")] == ["csv.line2", "csv.line3"]
    assert read("code\n000123\n123456\n1234567890123456\n1234567890123450") == [
        "000123", "123456", "1234567890123456", "1234567890123450",
    ]  # fmt: skip
    assert read("code\n1E11\nDEC-25X\nA#1\nAB=1") == ["1E11", "DEC-25X", "A#1", "AB=1"], "codes that only look odd"


def test_every_wrong_line_is_told_up_to_twenty_and_how_many_more() -> None:
    told = problems("code\n" + "\n".join("=x" for _ in range(50)))
    assert [field for field, _ in told][:2] == ["csv.line2", "csv.line3"]
    assert (len(told), told[-1]) == (21, ("csv", "and 30 more"))
    assert [f for f, _ in problems("code,expires_at\nA,9999-12-31\nB,0001-01-01\nC,2026-02-30\nD,soon")] == [
        f"csv.line{n}" for n in (2, 3, 4, 5)
    ]
    assert problems("code\nabc\nABC") == [("csv.line3", "this code stands in the file twice")]


def test_an_export_can_be_read_again() -> None:
    export = (
        "code,expires_at,state,batch_id,user_id,host,external_id,nickname,operation_id,assigned_at,voided_at\r\n"
        "A-1,2026-01-01T00:00:00+09:00,FREE,1,,,,,,,\r\nA-2,,VOID,1,,,,,,,2025-12-10T12:00:00+09:00\r\n"
    )
    assert read(export) == ["A-1"], "what was voided is left out"
    assert read("claims;code\r\n0;ABCD-1\r\n", PROMO) == ["ABCD-1"]
    assert [field for field, _ in problems("code,colour\nA,red")] == ["csv.line1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_file_is_read_in_whatever_a_spreadsheet_saved_it(encoding: str) -> None:
    text = open_text(BytesIO("code\tnickname\r\nA-1\t하늘\r\nA-2\t\r\n".encode(encoding)))
    assert [one.code for one in read_codes(text)] == ["A-1", "A-2"]


@pytest.mark.parametrize("content", [b"PK\x03\x04rest of a workbook", b"code\n\xff\xff\xfe\n"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(AppError) as refused:
        open_text(BytesIO(content))
    assert "CSV" in refused.value.facts["fields"][0]["reason"]


def test_more_than_the_most_are_refused() -> None:
    lines = "code\n" + "\n".join(f"A{n:07}" for n in range(MAX_CODES + 1))
    assert problems(lines) == [("csv", f"at most {MAX_CODES:,} codes a file")]


LINES = 20_000


def test_a_large_file_is_never_whole_in_memory() -> None:
    with SpooledTemporaryFile(max_size=1 << 20) as file:
        for number in range(LINES):
            line = f"SUMMER-{number:010},2026-12-31,{'-' * 900}" if number else "code,expires_at,nickname"
            file.write(f"{line}\r\n".encode())
        file.seek(0)
        tracemalloc.start()
        try:
            codes = read_codes(open_text(file))
            kept, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert len(codes) == LINES - 1
    assert peak - kept < 8 * 2**20, "of 18 MB: beside the codes themselves only what tells twins apart"
