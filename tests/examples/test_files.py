"""Rules files: applied as often as one likes, refused by field; the demo plays an example up to its own today."""

from datetime import datetime
from pathlib import Path

import pytest

from app.cli.example import EXAMPLES, ExampleHost, seed_example
from app.cli.reference import file_schema
from app.cli.rules import apply_rules_file
from app.core.errors import AppError
from app.core.time_utils import KST, FixedClock
from app.domain.rules_file import RulesFile, read_rules_file
from app.services.audit_service import AdminAct
from tests.fixtures import settings_for
from tests.world import World

ACT = AdminAct("cli:test", "test", None)
DOCS = Path(__file__).parents[2] / "docs" / "api"


async def test_applying_a_file_again_changes_nothing(sqlite_world: World) -> None:
    raw = (EXAMPLES / "focus" / "rules.yaml").read_bytes()
    applied = await apply_rules_file(sqlite_world.container, ACT, read_rules_file(raw))
    assert applied == [
        "badge DEEP_WORKER", "mission FOCUS_TEN_HOURS", "rule FOCUS_MINUTES", "rule FOCUS_TOTAL",
    ]  # fmt: skip
    assert await apply_rules_file(sqlite_world.container, ACT, read_rules_file(raw)) == []
    changed = read_rules_file(raw.replace(b"cap_per_day: 24", b"cap_per_day: 36"))
    assert await apply_rules_file(sqlite_world.container, ACT, changed) == ["rule FOCUS_MINUTES"]
    active = "SELECT r.code, v.version FROM host_rule_versions v JOIN host_rules r ON r.id = v.rule_id"
    assert await sqlite_world.rows(f"{active} WHERE v.active_slot = 1 ORDER BY r.id") == [
        ("FOCUS_MINUTES", 2), ("FOCUS_TOTAL", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("format: dojang.rules/2", "format"),
        ("format: dojang.rules/1\nrules: [{code: R, title: r, config: {event_types: [t], effects: []}}]",
         "rules.0.config.effects"),
        ("format: dojang.rules/1\nrules: []\nrules: []", "line 3"),
        ("format: [", "line 1"),
    ],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_refused_by_field(text: str, field: str) -> None:
    with pytest.raises(AppError) as refusal:
        read_rules_file(text.encode())
    assert refusal.value.facts["fields"][0]["field"] == field


def test_the_committed_schema_is_what_the_code_says() -> None:
    committed = (DOCS / "rules-file.schema.json").read_text(encoding="utf-8")
    assert committed == file_schema(RulesFile), "run ./run ops api-docs and commit what it writes"


async def test_the_demo_plays_an_example_up_to_its_own_today(sqlite_world: World, sqlite_url: str) -> None:
    world, now = sqlite_world, datetime(2026, 3, 10, 15, 0, tzinfo=KST)
    clock = FixedClock(now)
    world.clock.set(now)
    for _ in range(2):  # a second start finds everything there
        await seed_example(settings_for(sqlite_url), clock, ExampleHost.LECTURE)
    first, last, count = (await world.rows("SELECT MIN(event_time), MAX(event_time), COUNT(*) FROM host_events"))[0]
    assert str(first) >= "2026-02-28 15:00:00"
    assert str(last) <= "2026-03-10 06:05:00"
    assert count > 1_000
    assert await world.rows("SELECT COUNT(*) FROM entitlements") != [(0,)]
    assert not await world.differences()
