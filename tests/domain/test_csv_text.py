"""No cell of ours is run as a formula, whatever a spreadsheet splits lines at, and each is read back as it was."""

import csv
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.code_files import COUPON, NewCode, read_codes
from app.domain.csv_text import csv_text, unshielded
from tests.architecture.house import APP

RUN = "=+-@\t\r\n＝＋－＠"
# blank or unseen signs that one spreadsheet or another throws away before it looks for a formula
THROWN_AWAY = " \u00a0\u3000\u200b\ufeff\u2060\x00\x0b\"'"
HOSTILE = [
    *(f"{sign}1+1" for sign in RUN),
    *(f"{blank}=1+1" for blank in THROWN_AWAY if blank != "'"),
    *(f"x{end}{blank}{sign}1" for end in ";\t\r\n" for blank in ("", " ", '"') for sign in "=＝@"),
    " \t=1", '"=1', '" =1', "a;;=1", "a; ;=1", "ok\r\n=1", "ok;\n=1", "1;=1;=2", "'=1", "''=1", "x;'=1", "';=1",
]  # fmt: skip
FINE = [
    "x=1",
    "a-b",
    "a; b",
    "it's",
    "'quoted'",
    "2026-01-31",
    "눈사람",
    "",
    "kim@example.com",
    "x ; y",
    "1+1",
    "a,b",
    '"',
]


def cells_as_split(text: str, sign: str) -> list[str]:
    """The cells of a file for a spreadsheet that honours quotes, and for one that doesn't."""
    strict = [cell for row in csv.reader(StringIO(text, newline=""), delimiter=sign) for cell in row]
    return strict + re.split(rf"[{sign}\r\n]", text)


def is_run(cell: str) -> bool:
    return cell.lstrip(THROWN_AWAY.replace("'", "") + " ")[:1] in set("=+-@＝＋－＠")


@pytest.mark.parametrize("value", HOSTILE)
def test_a_cell_is_never_run_whatever_splits_the_line(value: str) -> None:
    for row in ([value], ["x", value], [value, "x"], ["a b", value, "c;d"]):
        text = csv_text([row])
        for sign in ",;\t":
            assert [cell for cell in cells_as_split(text, sign) if cell.strip() and is_run(cell)] == [], (sign, text)


@pytest.mark.parametrize("value", [*HOSTILE, *FINE])
def test_a_cell_is_read_back_as_it_was(value: str) -> None:
    (row,) = csv.reader(StringIO(csv_text([[value, "x"]]), newline=""))
    assert unshielded(row[0]) == value


@given(st.text(alphabet="=+-@＝\t\r\n;,'\" \u200bax1", max_size=12))
def test_taking_the_shields_away_is_the_way_back_for_every_text(value: str) -> None:
    (row,) = csv.reader(StringIO(csv_text([[value, "x"]]), newline=""))
    assert unshielded(row[0]) == value
    assert unshielded(unshielded(row[0])) == unshielded(value)


def test_what_is_fine_stays_as_it_is() -> None:
    for value in FINE:
        assert next(csv.reader(StringIO(csv_text([[value, "x"]]), newline="")))[0] == value


def test_codes_with_such_signs_go_out_and_come_in_again() -> None:
    codes = ["AB;=1", "A=1", "X;-9;@Y", "PLAIN"]
    taken = csv_text([["code", "expires_at"], *([code, None] for code in codes)])
    assert "AB;'=1" in taken
    assert read_codes(StringIO(taken, newline=""), COUPON) == [
        NewCode(code, None, n + 2) for n, code in enumerate(codes)
    ]


def test_one_place_alone_writes_csv_so_that_every_export_is_shielded() -> None:
    """A file by hand would be none of the above: `csv.writer` and lines joined by commas stand nowhere else."""
    written = re.compile(r"csv\.(writer|DictWriter)|text/csv")
    found = {
        str(path.relative_to(APP)) for path in APP.rglob("*.py") if written.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"domain/csv_text.py", "schemas/csv_stream.py", "routes/openapi.py", "routes/admin/exports.py"}
