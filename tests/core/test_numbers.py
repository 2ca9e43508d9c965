"""Digits that people type are a number, and nothing else is."""

import re

import pytest

from app.core.numbers import whole_number
from tests.architecture.house import APP
from tests.pages.desk import sit_down
from tests.world import World


@pytest.mark.parametrize("text", ["", " 1", "1 ", "-1", "+1", "1.0", "²", "١٢", "１２", "1e3", "9" * 16, "9" * 5_000])
def test_what_is_no_number_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_digits_are() -> None:
    assert [whole_number(text) for text in ("0", "007", "9" * 15)] == [0, 7, 10**15 - 1]


def test_nobody_asks_digits_of_any_script_before_int() -> None:
    """`"²".isdigit()` is true and `int("²")` fails: a 500 for who types it."""
    unsafe = re.compile(r"\bint\([^\n]*if (?!.*isascii)[^\n]*\.isdigit\(\)")
    assert [path.name for path in APP.rglob("*.py") if unsafe.search(path.read_text())] == ["middleware.py"]  # of bytes


async def test_a_search_for_such_a_sign_finds_nothing(sqlite_world: World) -> None:
    await sit_down(sqlite_world)
    for text in ("²", "１２", "9" * 200):
        answer = await sqlite_world.client.get("/console/search", params={"q": text})
        assert answer.status_code == 200, text
