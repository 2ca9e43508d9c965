"""Secrets at rest: sealed with the current key, read with either, and never readable without."""

from __future__ import annotations

import pytest

from app.config.settings import Settings
from app.core.secret_box import SecretBox

FIRST, SECOND, JWT = "first " * 8, "second " * 8, "a token's secret, which is another one"


def box(**keys: str) -> SecretBox:
    return SecretBox.from_settings(Settings(env="test", jwt_secret=JWT, **keys))


def test_what_is_sealed_shows_nothing_and_opens_again() -> None:
    sealed = box(encryption_key=FIRST).seal("whsec_비밀")
    assert "whsec" not in sealed
    assert sealed != box(encryption_key=FIRST).seal("whsec_비밀"), "the same secret twice can't be recognised"
    assert box(encryption_key=FIRST).open(sealed) == "whsec_비밀"


def test_a_rotated_key_still_reads_and_no_longer_seals() -> None:
    old = box(encryption_key=FIRST).seal("x")
    both = box(encryption_key=SECOND, encryption_previous_key=FIRST)
    assert both.open(old) == "x"
    assert box(encryption_key=SECOND).open(both.seal("x")) == "x"


def test_another_key_or_an_edited_row_is_an_error_and_no_text() -> None:
    sealed = box(encryption_key=FIRST).seal("x")
    for other, stored in ((box(encryption_key=SECOND), sealed), (box(encryption_key=FIRST), sealed[:-4] + "AAA=")):
        with pytest.raises(ValueError, match="ENCRYPTION_KEY"):
            other.open(stored)


def test_without_a_key_of_its_own_the_secret_of_tokens_stands_in() -> None:
    assert box().open(box().seal("x")) == "x"
