"""Names from outside: what may be one."""

import pytest

from app.core.names import is_external_id, is_nickname


@pytest.mark.parametrize("name", ["u-1001", "a", "x" * 100, "kim lee", "사용자 1", "kim@example.com", "😀"])
def test_a_plain_name_may_be_an_external_id(name: str) -> None:
    assert is_external_id(name)


@pytest.mark.parametrize(
    "name", ["", " ", "kim ", " kim", "x" * 101, "a\nb", "a\0b", "a\u202eb", "a\u200bb", "\ud800", None, 7, b"kim"]
)
def test_a_name_that_could_pass_for_another_may_not(name: object) -> None:
    assert not is_external_id(name)


@pytest.mark.parametrize("name", ["하늘", "👩‍👩‍👧", "Zoë", "x" * 50, "<img src=x onerror=alert(1)>"])
def test_a_nickname_may_hold_what_people_write(name: str) -> None:
    assert is_nickname(name)


@pytest.mark.parametrize("name", ["", " ", "kim ", "x" * 51, "a\tb", "a\u202eb", "\u200b", "\ud800", "a\u2028b"])
def test_a_nickname_holds_nothing_invisible(name: str) -> None:
    assert not is_nickname(name)
