"""Many players at once through HTTP, on a real MariaDB: no error, nothing lost, and the books balance."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT / 'backend'}:{ROOT}"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def demo(mariadb_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """`./run demo` on MariaDB: the one JSON line it prints when it is ready."""
    options = ["--database-url", mariadb_url, "--data", str(tmp_path), "--port", "0", "--no-browser", "--json"]
    command = [sys.executable, "-m", "app", "demo", *options]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)


def program(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", *arguments], env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout or done.stderr


def test_200_players_for_ten_seconds(demo: dict[str, str], tmp_path: Path) -> None:
    acks = tmp_path / "acknowledged.jsonl"
    options = ["--players", "200", "--seconds", "10", "--acks", str(acks), "--verify", "--json"]
    code, text = program("tests.load", "--api", demo["api"], "--token-secret-from", demo["data"], *options)
    report: dict[str, Any] = json.loads(text)
    assert (code, report["unexpected"], report["examples"], report["missing"]) == (0, 0, [], [])
    assert report["acknowledged"] > 200
    code, text = program("app", "ops", "reconcile", "--data", demo["data"])
    assert (code, text.splitlines()[-1]) == (0, "0 differences"), text
