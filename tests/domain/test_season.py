"""Levels and XP."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import AppError
from app.domain.season import Level, Progress, Season, add_xp, require_claimable, the_season

THRESHOLDS = (20, 50, 100, 180, 300, 450, 650, 900, 1200, 1600)


def season(**changes: object) -> Season:
    values = {
        "id": 1, "season_name": "XMAS_2025", "program": "main", "start_date": date(2025, 12, 9),
        "end_date": date(2025, 12, 25), "max_level": 10, "base_xp_per_stamp": 20, "is_active": True, "grace_days": 7,
        "internal_win_threshold": 50, "stamp_on_play": False, "version": 1,
        "levels": tuple(Level(n, xp, n <= 7) for n, xp in enumerate(THRESHOLDS, 1)),
    }  # fmt: skip
    return Season(**values | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("xp", "level"), [(0, 0), (19, 0), (20, 1), (49, 1), (50, 2), (1599, 9), (1600, 10), (10**9, 10)]
)
def test_the_level_is_the_highest_whose_threshold_is_reached(xp: int, level: int) -> None:
    assert season().level_at(xp) == level


def test_one_gain_that_jumps_three_levels_opens_all_three() -> None:
    progress = Progress(user_id=1, season_id=1)
    assert [level.level for level in add_xp(season(), progress, 100)] == [1, 2, 3]
    assert (progress.current_level, progress.current_xp) == (3, 100)


@given(st.lists(st.integers(min_value=0, max_value=500), max_size=40))
def test_however_xp_arrives_every_level_opens_exactly_once_in_order(gains: list[int]) -> None:
    progress, opened = Progress(user_id=1, season_id=1), []
    for gain in gains:
        opened += [level.level for level in add_xp(season(), progress, gain)]
    assert opened == list(range(1, season().level_at(sum(gains)) + 1))
    assert progress.current_xp == sum(gains)


def test_past_the_last_level_there_is_no_next() -> None:
    assert season().next_level_xp(1600) is None
    assert season().next_level_xp(0) == 20


@pytest.mark.parametrize(
    ("today", "runs", "claimable"),
    [
        (date(2025, 12, 8), False, False),
        (date(2025, 12, 9), True, True),
        (date(2025, 12, 25), True, True),
        (date(2025, 12, 26), False, True),
        (date(2026, 1, 1), False, True),
        (date(2026, 1, 2), False, False),
    ],
)
def test_both_end_days_belong_to_the_season_and_grace_follows(today: date, runs: bool, claimable: bool) -> None:
    assert season().is_running(today) is runs
    assert season().is_claimable(today) is claimable


def test_an_inactive_season_never_counts() -> None:
    asleep = season(is_active=False)
    assert not asleep.is_running(asleep.start_date)
    assert not asleep.is_claimable(asleep.end_date + timedelta(days=1))


def test_no_season_and_two_seasons_are_told_apart() -> None:
    with pytest.raises(AppError, match=r"^NO_ACTIVE_SEASON$"):
        the_season([])
    with pytest.raises(AppError, match=r"^NO_ACTIVE_SEASON_CONFLICT$"):
        the_season([season(), season(id=2)])


@pytest.mark.parametrize(
    ("number", "reached", "claimed", "code"),
    [
        (7, 10, set(), "AUTO_CLAIM_LEVEL"),
        (8, 7, set(), "LEVEL_NOT_REACHED"),
        (8, 8, {("FREE", 8)}, "REWARD_ALREADY_CLAIMED"),
    ],
)
def test_a_claim_is_refused_with_the_reason(
    number: int, reached: int, claimed: set[tuple[str, int]], code: str
) -> None:
    progress = Progress(1, 1, current_level=reached, claimed=claimed)
    with pytest.raises(AppError, match=rf"^{code}$"):
        require_claimable(season().level(number), progress, "FREE")


@pytest.mark.parametrize("number", [0, 11, -1])
def test_an_unknown_level_is_not_found(number: int) -> None:
    with pytest.raises(AppError, match=r"^LEVEL_NOT_FOUND$"):
        season().level(number)
