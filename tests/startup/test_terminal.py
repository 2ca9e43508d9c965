"""At a terminal a wrong word is answered with a sentence and an exit code, never with a traceback."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.cli.demo import _seed
from app.cli.environment import clock_of
from app.core.time_utils import KST, ShiftedClock, kst_date
from tests.db.databases import ask
from tests.fixtures import demo_data

SECRET = "k3Tz" * 10
ACTIVE = "SELECT season_name, start_date, end_date FROM seasons WHERE is_active ORDER BY start_date"
NOWHERE = "mysql+aiomysql://x:canary@127.0.0.1:1/x"


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("words", "setting", "answer"),
    [
        ("demo --port 70000 --data d", {}, (2, "65535")),
        ("demo --port 0 --data d --now soon", {}, (2, "ISO 8601")),
        ("demo --port 0 --data d --now 9999-12-31", {}, (2, "2090")),
        ("demo --port 0 --data file", {}, (1, "exists")),
        ("demo --port 0 --data d --database-url postgresql://x:canary@h/x", {}, (78, "DATABASE_URL")),
        (f"demo --port 0 --data d --database-url {NOWHERE}", {}, (1, "connect")),
        ("serve --port 70000", {}, (2, "65535")),
        ("serve", {"DB_WRITE_POOL": "many"}, (78, "DB_WRITE_POOL")),
        ("ops reconcile", {"JWT_SECRET": "short"}, (78, "32 bytes")),
        ("ops reconcile", {"DATABASE_URL": "canary"}, (78, "DATABASE_URL")),
        ("ops reconcile", {"DATABASE_URL": "sqlite+aiosqlite:///empty.db"}, (1, "ops migrate")),
        ("ops reconcile", {"DATABASE_URL": NOWHERE}, (1, "DATABASE_UNAVAILABLE")),
        ("ops migrate", {"DATABASE_URL": NOWHERE}, (1, "connect")),
        ("ops stop ROULETTE --reason=", {}, (2, "say why")),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    away: Path, monkeypatch: pytest.MonkeyPatch, words: str, setting: dict[str, str], answer: tuple[int, str]
) -> None:
    code, says = answer
    for name, value in ({"JWT_SECRET": SECRET} | setting).items():
        monkeypatch.setenv(name, value)
    ended = CliRunner().invoke(app, words.split())
    assert ended.exit_code == code, ended.output
    assert isinstance(ended.exception, SystemExit)
    assert says in ended.output
    assert "canary" not in ended.output


async def test_a_demo_that_is_started_again_later_has_a_season_and_no_two(tmp_path: Path) -> None:
    """However far its clock was moved meanwhile: the days of seasons that are there are taken."""
    settings = demo_data(tmp_path)
    clock = ShiftedClock()
    for day in ("2026-11-21", "2026-12-06", "2026-12-28", "2027-02-03"):
        starts_at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=KST)
        await _seed(settings, clock, None, starts_at)
        seasons = ask(settings.database_url, ACTIVE)
        assert [name for name, first, last in seasons if first <= day <= last], day
        assert all(one[2] < other[1] for one, other in pairwise(seasons)), seasons


async def test_ops_and_the_next_start_have_the_clock_that_the_demo_was_started_at(tmp_path: Path) -> None:
    settings = demo_data(tmp_path)
    await _seed(settings, ShiftedClock(), None, datetime(2026, 12, 24, 12, tzinfo=KST))
    kept = clock_of(tmp_path)
    assert kept is not None
    assert kst_date(kept.now() - timedelta(minutes=5)).isoformat() == "2026-12-24"
