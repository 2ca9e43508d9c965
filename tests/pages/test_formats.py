"""Values as players read them: counter words by what is counted, large balances short, names of tokens whole."""

import re

import pytest

from app.core.languages import KOREAN
from app.pages.formats import Formats
from app.pages.words import catalogue
from tests.architecture.house import ROOT

PLAYER = ROOT / "backend" / "app" / "pages" / "player"


def fmt(language: str = KOREAN) -> Formats:
    return Formats(language, catalogue(language).gettext)


@pytest.mark.parametrize(
    ("token", "korean"),
    [("LOTTERY_TICKET", "복권 3장"), ("SCRATCH_TICKET", "상자 티켓 3장"), ("ROULETTE_COIN", "룰렛 코인 3개"),
     ("DICE_TOKEN", "주사위 토큰 3개")],
)  # fmt: skip
def test_sheets_are_counted_as_sheets_and_pieces_as_pieces(token: str, korean: str) -> None:
    reward = {"reward_type": "TOKEN", "token_type": token, "reward_amount": 3}
    assert fmt().reward(reward) == korean


def test_a_play_says_what_it_uses_in_the_same_words() -> None:
    assert fmt().uses("LOTTERY_TICKET") == "복권 1장을 써요"
    assert fmt().uses("DICE_TOKEN") == "주사위 토큰 1개를 써요"
    assert fmt("en").uses("LOTTERY_TICKET") == "Uses 1 Lottery ticket"


@pytest.mark.parametrize(
    ("balance", "korean", "english"),
    [(0, "0", "0"), (99_999, "99,999", "99,999"), (100_000, "10만", "100K"), (123_999, "12.3만", "123K"),
     (1_239_999, "123만", "1.23M"), (12_399_999, "1230만", "12.3M"), (2**53, "9000조", "9000T")],
)  # fmt: skip
def test_a_large_balance_is_short_and_never_more_than_the_player_has(balance: int, korean: str, english: str) -> None:
    assert (fmt().balance(balance), fmt("en").balance(balance)) == (korean, english)


def test_every_name_of_a_token_that_stands_in_a_narrow_place_stays_whole() -> None:
    """Only whole words go to the next line: `token` in an element's classes, or nobody sees it."""
    loose = [
        f"{file.name}: {line.strip()}"
        for file in sorted(PLAYER.rglob("templates/**/*.html"))
        for line in file.read_text(encoding="utf-8").splitlines()
        for before in re.findall(r"(<[^<>]*>)\s*\{\{ fmt\.token\(", line)
        if not re.search(r'class="[^"]*\b(token|hidden)\b', before)
    ]
    assert loose == []
    text = "".join(file.read_text(encoding="utf-8") for file in PLAYER.rglob("templates/**/*.html"))
    assert len(re.findall(r"fmt\.token\(", text)) == len(re.findall(r"<[^<>]*>\s*\{\{ fmt\.token\(", text))
    assert re.search(r"\.token \{[^}]*overflow-wrap: normal", "".join(f.read_text() for f in PLAYER.rglob("*.css")))
