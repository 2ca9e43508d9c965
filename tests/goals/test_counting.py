"""What a count makes of a mission's progress, without a database."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.mission_config import MissionConfig
from app.domain.mission_progress import MissionProgress
from app.domain.missions import Mission, count_towards
from tests.goals.missions import mission

AT, TODAY = datetime(2025, 12, 10, tzinfo=UTC), date(2025, 12, 10)


def set_up(**changed: Any) -> Mission:
    document = {name: value for name, value in mission(**changed).items() if name != "is_active"}
    return Mission(1, None, 3, is_active=True, config=MissionConfig.model_validate(document))


def counted(row: MissionProgress, one: Mission, amount: int = 1, day: date = TODAY) -> tuple[bool, int, int]:
    return count_towards(one, row, amount=amount, day=day), row.progress, row.completed


def test_a_count_ends_where_the_last_completion_is_due() -> None:
    row, one = MissionProgress(7, 1, "2025-12-10", AT), set_up(target=3, repeat_max=2)
    assert counted(row, one, 2) == (True, 2, 0)
    assert row.version == 0
    assert counted(row, one, 5) == (True, 6, 2), "one count may complete it twice, and no more is counted"
    assert row.version == 3
    assert counted(row, one) == (False, 6, 2), "nothing changes any more, so nothing is written"


def test_a_completion_that_waits_keeps_its_version() -> None:
    row = MissionProgress(7, 1, "2025-12-10", AT, progress=3, completed=1, version=2)
    assert counted(row, set_up(target=3, repeat_max=2), 3) == (True, 6, 2)
    assert row.version == 2, "both are paid by the version of the one that waited"


def test_a_changed_target_takes_nothing_back_and_completes_at_the_next_count() -> None:
    row = MissionProgress(7, 1, "2025-12-10", AT, progress=5, completed=1, claimed=1, version=3)
    assert counted(row, set_up(target=50)) == (True, 6, 1)
    assert counted(row, set_up(target=6)) == (False, 6, 1)
    row.completed = row.claimed = 0
    assert counted(row, set_up(target=4)) == (True, 6, 1)


def test_presence_counts_once_a_day_in_the_order_of_days() -> None:
    row, one = MissionProgress(7, 1, "2025-W50", AT), set_up(metric="PRESENCE", period="WEEKLY", target=5)
    assert counted(row, one) == (True, 1, 0)
    assert counted(row, one) == (False, 1, 0)
    assert counted(row, one, day=date(2025, 12, 9)) == (False, 1, 0)
    assert counted(row, one, day=date(2025, 12, 11)) == (True, 2, 0)


BROKEN: list[dict[str, Any]] = [
    {"target": 0}, {"target": 100_000_001}, {"target": "2"}, {"target": True}, {"repeat_max": 0}, {"repeat_max": 101},
    {"target": 2_000_000, "repeat_max": 100}, {"period": "MONTHLY"}, {"period": "daily"}, {"claim": "LATER"},
    {"metric": ""}, {"metric": "play x"}, {"metric": "Play"}, {"metric": "x" * 101}, {"claim_days": 32},
    {"code": "spins"}, {"code": "S" * 51}, {"title_ko": ""}, {"title_en": "a\x00"}, {"requires": ["SPINS"]},
    {"requires": ["A", "A"]}, {"requires": [f"M{n}" for n in range(11)]}, {"starts_on": "2025-12-1"},
    {"starts_on": "2025-12-02", "ends_on": "2025-12-01"}, {"rewards": [{"reward_type": "NONE"}]},
    {"rewards": [{"reward_type": "GOLD", "reward_amount": 1}]}, {"rewards": [{"reward_type": "POINT"}]}, {"extra": 1},
]  # fmt: skip


@pytest.mark.parametrize("change", BROKEN)
def test_a_broken_mission_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        set_up(**change)
