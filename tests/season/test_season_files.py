"""Season files: export and apply round-trip to the byte, plans tell what would change, bad files name their fault."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from typer.testing import CliRunner

from app.cli import app
from app.cli.reference import file_schema
from app.core.errors import AppError
from app.domain.season_file import SeasonFile, read_season_file
from app.flows.export_season import export_season
from app.flows.save_season import apply_season
from app.services.audit_service import AdminAct
from tests.admin.desk import newest_audit, traces
from tests.fixtures import demo_data
from tests.season.rich import begin
from tests.season.test_premium import gain
from tests.world import World

DOCS = Path(__file__).parents[2] / "docs"
FILES = sorted((DOCS / "seasons").glob("*.yaml"))
TEXTS = {read_season_file(raw).season.season_name: raw for raw in [file.read_bytes() for file in FILES]}
ACT = AdminAct("cli:kim", "a file says so", None)


async def apply(world: World, raw: bytes, *, is_dry_run: bool = False) -> Any:
    wanted = read_season_file(raw)
    return await apply_season(world.house, ACT, wanted.season, is_active=wanted.is_active, is_dry_run=is_dry_run)


def test_the_committed_schema_is_what_the_code_says() -> None:
    committed = (DOCS / "api" / "season-file.schema.json").read_text(encoding="utf-8")
    assert committed == file_schema(SeasonFile), "run ./run ops api-docs and commit what it writes"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_shipped_files_fit_the_schema_and_are_canonical(file: Path) -> None:
    raw = file.read_bytes()
    document = yaml.load(raw, Loader=yaml.BaseLoader)
    assert read_season_file(raw).text().encode() == raw
    schema = jsonschema_rs.validator_for(file_schema(SeasonFile))
    parsed = json.loads(json.dumps(yaml.safe_load(raw), default=str))
    assert schema.is_valid(parsed), list(schema.iter_errors(parsed))
    parsed["season"]["levels"][0]["required_xp"] = 0
    assert not schema.is_valid(parsed)
    assert document["format"] == "dojang.season/1"


@pytest.mark.parametrize("name", TEXTS)
async def test_what_is_applied_exports_the_same_bytes_and_applies_as_nothing(world: World, name: str) -> None:
    await world.sql("UPDATE seasons SET season_name = 'OTHER', is_active = 0 WHERE id = :id", id=world.season_id)
    raw = TEXTS[name]
    assert (await apply(world, raw)).is_new
    audit = await newest_audit(world)
    assert (audit["actor"], audit["action"], audit["reason"]) == ("cli:kim", "SEASON_CREATED", "a file says so")
    assert (await export_season(world.house, name)).encode() == raw
    before = await traces(world)
    again = await apply(world, raw)
    assert (again.is_new, again.changes) == (False, [])
    assert await traces(world) == before, "nothing to change leaves no trace"


async def test_a_plan_shows_each_field_and_changes_nothing(world: World) -> None:
    desk, _ = await begin(world)
    text = await export_season(world.house, "RICH")
    changed = text.replace("daily_xp_cap: 50", "daily_xp_cap: 60").replace("required_xp: 160", "required_xp: 170")
    changed = changed.replace("    paused_days:\n      - 2025-12-14\n", "    paused_days: []\n")
    before = await traces(world)
    plan = await apply(world, changed.encode(), is_dry_run=True)
    assert [(c.field, c.before, c.after) for c in plan.changes] == [
        ("daily_xp_cap", 50, 60),
        ("streak.paused_days.0", "2025-12-14", None),
        ("levels.5.required_xp", 160, 170),
    ]
    assert await traces(world) == before
    applied = await apply(world, changed.encode())
    assert applied.changes == plan.changes
    assert await export_season(world.house, "RICH") == changed
    assert (await desk.get("/audit"))["items"][0]["action"] == "SEASON_CHANGED"


async def test_a_plan_meets_the_refusals_that_applying_would(world: World) -> None:
    await begin(world)
    await gain(world, await world.player("kim"), 50)
    text = await export_season(world.house, "RICH")
    for fault, field in (
        (text.replace("required_xp: 20\n", "required_xp: 19\n"), "levels.0.required_xp"),
        (text.replace("program: main", "program: nowhere"), "program"),
        (text.replace("token_type: ROULETTE_COIN", "token_type: WRONG", 1), "overflow.rewards.1.token_type"),
    ):
        for is_dry_run in (True, False):
            before = await traces(world)
            with pytest.raises(AppError) as refusal:
                await apply(world, fault.encode(), is_dry_run=is_dry_run)
            assert field in [line["field"] for line in refusal.value.facts["fields"]]
            assert await traces(world) == before
    rival = text.replace("season_name: RICH", "season_name: RIVAL")
    with pytest.raises(AppError, match="ACTIVE_SEASON_CONFLICT"):
        await apply(world, rival.encode(), is_dry_run=True)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "(whole)"),
        (b"[]", "(whole)"),
        (b"a: 1\nb: [", "line 2"),
        (b"format: dojang.season/1\nformat: dojang.season/1", "line 2"),
        (b"format: dojang.season/2\nseason: {}", "format"),
        (b"format: dojang.season/1\nextra: 1\nseason: {}", "extra"),
        (b"format: &a dojang.season/1\nseason: *a", "line 2"),
        (b"format: !!python/object:os.system x", "line 1"),
        (b"\xff\xfe\x00", "(file)"),
        (b"[" * 100_000, "(file)"),
        (b"x" * 2_000_001, "(file)"),
    ],
)
def test_a_bad_file_names_where_it_is_bad(raw: bytes, field: str) -> None:
    with pytest.raises(AppError, match="VALIDATION_ERROR") as refusal:
        read_season_file(raw)
    assert field in [line["field"] for line in refusal.value.facts["fields"]]


def test_the_terminal_exports_plans_and_applies(tmp_path: Path) -> None:
    data, file = str(tmp_path / "demo"), str(tmp_path / "season.yaml")
    demo_data(tmp_path / "demo")
    run = CliRunner().invoke
    assert run(app, ["ops", "seed", "--data", data]).exit_code == 0
    shipped = str(FILES[-1])
    planned = run(app, ["ops", "season", "plan", shipped, "--data", data])
    assert (planned.exit_code, planned.stdout) == (0, "the season would be added\n")
    assert "warning: levels.7.rewards.FREE.0.code: HOT_COCOA" in planned.stderr
    assert run(app, ["ops", "season", "export", "XMAS_2025", file, "--data", data]).exit_code == 1
    applied = run(app, ["ops", "season", "apply", shipped, "--reason", "go", "--data", data])
    assert (applied.exit_code, applied.stdout) == (0, "the season was added\n")
    assert run(app, ["ops", "season", "export", "XMAS_2025", file, "--data", data]).exit_code == 0
    assert Path(file).read_bytes() == Path(shipped).read_bytes()
    Path(file).write_text(Path(file).read_text().replace("base_xp_per_stamp: 20", "base_xp_per_stamp: 30"))
    dry = run(app, ["ops", "season", "apply", file, "--reason", "go", "--dry-run", "--data", data])
    assert dry.stdout == "base_xp_per_stamp: 20 → 30\n1 fields would be changed\n"
    as_json = run(app, ["ops", "season", "plan", file, "--json", "--data", data])
    assert json.loads(as_json.output)["changes"] == [{"field": "base_xp_per_stamp", "before": 20, "after": 30}]
    Path(file).write_text("format: wrong")
    assert run(app, ["ops", "season", "plan", file, "--data", data]).exit_code == 1


def test_files_that_mean_the_same_have_one_canonical_text() -> None:
    text = TEXTS["EVERYTHING_2026"].decode()
    document = yaml.safe_load(text)
    document["season"]["max_level"] = 6
    levels = document["season"]["levels"]
    levels[0]["rewards"] = dict(reversed(levels[0]["rewards"].items())) | {"EMPTY": []}
    shuffled = dict(reversed(document["season"].items()))
    other = json.dumps({"season": shuffled, "is_active": False, "format": document["format"]}, default=str)
    assert read_season_file(other.encode()).text() == text
